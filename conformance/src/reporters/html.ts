// Owns the HTML report: one file that needs nothing else, with the verdict first and the evidence below.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { totalsOf } from '../kit/coverage.ts';
import { levels, type RunResult, statuses, type Verdict } from '../result.ts';
import { checkCard, Html, html } from './html-parts.ts';
import { requirementMatrix } from './html-matrix.ts';
import { script } from './html-script.ts';
import { style } from './html-style.ts';
import { groupReasons } from './reasons.ts';
import type { Reporter } from './reporter.ts';

const headlines: Readonly<Record<Verdict, string>> = {
  passed: 'Passed',
  failed: 'Failed',
  incomplete: 'Incomplete',
  'kit-fault': 'Fault of the kit',
};

export function toHtml(result: RunResult): string {
  const { verdict } = result.verdict;
  const texts = new Map(result.requirements.map(({ id, text }) => [id, text]));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'" />
        <title>${headlines[verdict]}: ${result.contract.title}</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <main>
          ${banner(result)} ${tiles(result)}
          <div class="split">${levelTable(result)}${coverageTable(result)}</div>
          ${requirementMatrix(result)} ${notCovered(result)} ${undocumented(result)}
          <h2>Checks</h2>
          ${filters(result)}
          ${[...result.checks].sort((a, b) => rank(a.status) - rank(b.status)).map((check) => checkCard(check, result.target, texts))}
          <footer>
            ${result.kit.name} ${result.kit.version} · contract ${result.contract.version} (${result.contract.digest}) · selection
            ${result.selection.digest}
          </footer>
        </main>
        <script>
          ${new Html(script)};
        </script>
      </body>
    </html> `.text;
}

/** What needs a look comes first. */
const rank = (status: (typeof statuses)[number]): number =>
  ['failed', 'error', 'blocked', 'expected', 'unscored', 'not-applicable', 'passed'].indexOf(status);

function banner({ verdict, target, run, selection, contract, cleanupErrors, checks }: RunResult): Html {
  const reasons = verdict.reasons.join('; ');
  return html`<section class="banner v-${verdict.verdict}">
    <h1>${headlines[verdict.verdict]}</h1>
    <p>${reasons === '' ? 'Every check that applies was executed and holds.' : `${reasons[0]?.toUpperCase() ?? ''}${reasons.slice(1)}.`}</p>
    <div class="facts">
      <span>Target <b>${target.url}</b>${target.spawned ? ' (reference agent, started for this run)' : ''}</span
      ><span>Contract <b>${contract.title} ${contract.version}</b></span>
      <span
        >Checks <b>${selection.selected}</b> of
        ${selection.known}${selection.only.length > 0 ? ` (${selection.only.join(', ')})` : ''}</span
      >
      <span>Started <b>${run.startedAt}</b></span
      ><span>Took <b>${(run.ms / 1000).toFixed(1)} s</b></span
      ><span>Exit code <b>${verdict.exitCode}</b></span
      ><span>Run <b>${run.id}</b></span>
    </div>
    ${bannerList(
      'Blocked:',
      [...groupReasons(checks, 'blocked')].map(([reason, count]) => `${count} × ${reason}`),
    )}${bannerList('Left behind:', cleanupErrors)}
  </section>`;
}

const bannerList = (title: string, items: readonly string[]): Html | undefined =>
  items.length === 0
    ? undefined
    : html`<p><b>${title}</b></p>
        <ul class="plain">
          ${items.map((item) => html`<li>${item}</li>`)}
        </ul>`;

function tiles({ counts, coverage }: RunResult): Html {
  const { operations, statuses: covered, frames } = totalsOf(coverage);
  const of = (label: string, { exercised, known }: { exercised: number; known: number }): Html =>
    html`<div class="tile"><b>${exercised}/${known}</b><span>${label}</span></div>`;
  return html`<div class="tiles">
    ${statuses.map((status) => html`<div class="tile${counts[status] > 0 ? ` s-${status}` : ''}"><b>${counts[status]}</b><span>${status === 'error' ? 'kit faults' : status.replace('-', ' ')}</span></div>`)}
    ${of('operations', operations)}${of('operation × status', covered)}${of('message types', frames)}
  </div>`;
}

function levelTable({ counts }: RunResult): Html {
  return html`<section>
    <h2>By level</h2>
    <div class="box">
      <table>
        <thead>
          <tr>
            <th></th>
            ${statuses.map((status) => html`<th class="n">${status.replace('-', ' ')}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${levels.map(
            (level) =>
              html`<tr>
                <td><b>${level}</b></td>
                ${statuses.map((status) => html`<td class="n">${counts.byLevel[level][status]}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
      <p class="soft">
        MUST is documented and decides. SHOULD is inferred and counted apart. INFO is a choice of this contract and judges nobody.
      </p>
    </div>
  </section>`;
}

/** What the table of controllers shows of how checks ended. */
const ended = ['passed', 'failed', 'blocked'] as const;

function coverageTable({ coverage, checks }: RunResult): Html {
  const controllers = [...new Set(coverage.operations.map(({ controller }) => controller))];
  const rows = controllers.map((controller) => {
    const pairs = coverage.operations
      .filter((operation) => operation.controller === controller)
      .flatMap((operation) => operation.statuses.filter(({ reason }) => reason === undefined));
    const own = checks.filter((check) => check.controller === controller);
    return controllerRow(controller, own, pairs.filter(({ exchanges }) => exchanges > 0).length, pairs.length);
  });
  const channels = checks.filter(({ controller }) => controller === 'Channels');
  const { exercised, known } = totalsOf(coverage).frames;
  rows.push(controllerRow('Channels', channels, exercised, known));
  return html`<section>
    <h2>By controller</h2>
    <div class="box">
      <table>
        <thead>
          <tr>
            <th>Controller</th>
            <th class="n">checks</th>
            ${ended.map((status) => html`<th class="n">${status}</th>`)}
            <th class="n">operation × status</th>
            <th>exercised</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}

function controllerRow(name: string, checks: RunResult['checks'], exercised: number, known: number): Html {
  const share = known === 0 ? 0 : Math.floor((exercised / known) * 100);
  return html`<tr>
    <td>${name}</td>
    <td class="n">${checks.length}</td>
    ${ended.map((wanted) => html`<td class="n">${checks.filter(({ status }) => status === wanted).length}</td>`)}
    <td class="n">${exercised}/${known}</td>
    <td>
      <div class="bar"><i style="width:${share}%"></i></div>
    </td>
  </tr>`;
}

function notCovered({ coverage }: RunResult): Html {
  const missing = [
    ...coverage.operations.flatMap(({ operation, statuses: of }) =>
      of.filter(({ exchanges }) => exchanges === 0).map(({ status, reason }) => ({ what: `${operation} ${status}`, reason })),
    ),
    ...coverage.frames.filter(({ frames }) => frames === 0).map(({ message, reason }) => ({ what: `message ${message}`, reason })),
  ];
  const byReason = new Map<string, string[]>();
  for (const { what, reason = 'no check of this run exercised it' } of missing)
    byReason.set(reason, [...(byReason.get(reason) ?? []), what]);
  return html`<h2>Not covered</h2>
    <div class="box">
      ${[...byReason].map(
        ([reason, items]) =>
          html`<details class="wire">
            <summary><b>${items.length}</b> because ${reason}</summary>
            <ul class="plain">
              ${items.map((what) => html`<li>${what}</li>`)}
            </ul>
          </details>`,
      )}${missing.length === 0 ? 'Nothing is left out.' : ''}
    </div>`;
}

function undocumented({ checks }: RunResult): Html {
  const seen = new Set(checks.flatMap((check) => check.undocumented.map(({ kind, where, what }) => `${kind} ${what} at ${where}`)));
  if (seen.size === 0) return html``;
  return html`<h2>Seen and not documented</h2>
    <div class="box">
      <details class="wire">
        <summary><b>${seen.size}</b> that the contract does not have</summary>
        <ul class="plain">
          ${[...seen].sort().map((text) => html`<li>${text}</li>`)}
        </ul>
      </details>
    </div>`;
}

function filters({ checks }: RunResult): Html {
  const controllers = [...new Set(checks.map(({ controller }) => controller))];
  const chip = (kind: string, value: string, tone = ''): Html =>
    html`<button class="chip ${tone}" type="button" data-kind="${kind}" data-value="${value}" aria-pressed="false">
      ${value.replace('-', ' ')}
    </button>`;
  return html`<div class="filters">
    <input id="search" type="search" placeholder="Search ids, titles, operations, failures" aria-label="Search" />
    <select id="controller" aria-label="Controller">
      <option value="">All controllers</option>
      ${controllers.map((controller) => html`<option>${controller}</option>`)}
    </select>
    ${statuses.map((status) => chip('status', status, `s-${status}`))}${levels.map((level) => chip('level', level))}<span
      class="soft"
      id="shown"
    ></span>
  </div>`;
}

export const htmlReporter = (directory: string): Reporter => ({
  finish: async (result) => {
    const path = join(directory, 'report.html');
    await writeFile(path, toHtml(result));
    return path;
  },
});
