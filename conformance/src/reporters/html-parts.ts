// Owns the markup of one check in the HTML report; every value that comes from outside is escaped here.
import { type CheckResult, type Failure, type Frame, levelOf, type RecordedExchange } from '../result.ts';
import { curlOf } from './curl.ts';
import { type Asked, replayOf, wscatOf } from './repeat.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escapeHtml = (value: string | number): string =>
  String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

/** Marks markup as such; everything else that is put into the template is escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Part[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => text + (index < parts.length ? markupOf(parts[index]) : '')).join(''));
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  return typeof part === 'object' ? part.map(markupOf).join('') : escapeHtml(part);
}

const shownRequirements = 4;

const statusNames: Readonly<Record<CheckResult['status'], string>> = {
  passed: 'passed',
  failed: 'failed',
  blocked: 'blocked',
  'not-applicable': 'not applicable',
  error: 'kit fault',
  expected: 'expected failure',
  unscored: 'not scored',
};

/** `texts` says what each requirement is. */
export function checkCard(check: CheckResult, asked: Asked, texts: ReadonlyMap<string, string>): Html {
  const { id, title, status, controller, operations, ms, reason, failures, exchanges, frames, undocumented, evidence, proves } = check;
  const level = levelOf(check);
  const text = [id, title, controller, ...operations, ...proves, reason ?? '', ...failures.map(({ message }) => message)]
    .join(' ')
    .toLowerCase();
  return html`<details
    class="check s-${status}"
    id="${id}"
    data-status="${status}"
    data-level="${level}"
    data-controller="${controller}"
    data-text="${text}"
    ${new Html(status === 'failed' || status === 'error' ? ' open' : '')}
  >
    <summary>
      <span class="badge">${statusNames[status]}</span><span class="level">${level}</span
      ><span class="what">${title}<code>${id}</code></span
      ><span class="ms">${ms} ms</span>
    </summary>
    <div class="body">
      ${reason === undefined ? '' : html`<p>${reason}</p>`} ${failures.map((failure) => failureBox(failure, exchanges))}
      ${repeatBox(check, asked)}
      <p class="soft">${evidence} assertions${operations.length > 0 ? ` · ${operations.join(', ')}` : ''}</p>
      ${provesBox(check, texts)}
      ${
        exchanges.length === 0
          ? ''
          : html`<h3>Exchanges</h3>
              ${exchanges.map(exchangeBox)}`
      }
      ${
        frames.length === 0
          ? ''
          : html`<h3>Frames</h3>
              ${frames.map(frameBox)}`
      }
      ${
        undocumented.length === 0
          ? ''
          : html`<h3>Seen and not documented</h3>
              <ul class="plain">
                ${undocumented.map(({ kind, where, what }) => html`<li>${kind} ${what} <span class="soft">at ${where}</span></li>`)}
              </ul>`
      }
    </div>
  </details> `;
}

/** What is at stake: the requirements in words, folded away where they are many or nothing is wrong with them. */
function provesBox({ status, proves }: CheckResult, texts: ReadonlyMap<string, string>): Html | undefined {
  if (proves.length === 0) return undefined;
  const open = status === 'failed' && proves.length <= shownRequirements;
  return html`<details class="wire" ${new Html(open ? 'open' : '')}>
    <summary>proves ${proves.length} ${proves.length === 1 ? 'requirement' : 'requirements'}</summary>
    <ul class="plain">
      ${proves.map((id) => html`<li><code>${id}</code> ${texts.get(id) ?? ''}</li>`)}
    </ul>
  </details>`;
}

/** How to see it again: the check as a whole, and its channels. */
function repeatBox(check: CheckResult, asked: Asked): Html | undefined {
  if (check.status === 'passed' || check.status === 'not-applicable') return undefined;
  const line = (what: string, command: string): Html =>
    html`<div class="repeat">${what} <button class="copy" type="button">copy</button></div>
      <pre>${command}</pre>`;
  return html`${line('replay this check', replayOf(check, asked))}${wscatOf(check, asked).map((command) => line('listen to the channel', command))}`;
}

function failureBox({ level, message, expected, actual, exchange }: Failure, exchanges: readonly RecordedExchange[]): Html {
  const during = exchange === undefined ? undefined : exchanges[exchange];
  return html`<div class="failure">
    <b>${level}</b> ${message}
    <dl>
      ${
        expected === undefined
          ? ''
          : html`<dt>expected</dt>
              <dd>${expected}</dd>`
      }
      ${
        actual === undefined
          ? ''
          : html`<dt>actual</dt>
              <dd>${actual}</dd>`
      }
      ${
        during === undefined
          ? ''
          : html`<dt>during</dt>
              <dd>${during.request.method} ${during.request.url} → ${during.response?.status ?? 'no answer'}</dd>`
      }
    </dl>
    ${
      during === undefined
        ? ''
        : html`<div class="repeat">repeat <button class="copy" type="button">copy</button></div>
            <pre>${curlOf(during)}</pre>`
    }
  </div>`;
}

function exchangeBox({ operation, request, response, ms }: RecordedExchange): Html {
  return html`<details class="wire">
    <summary>
      ${request.method} ${request.url} <b>${response?.status ?? 'no answer'}</b> <span class="soft">${operation} · ${ms} ms</span>
    </summary>
    <pre>${[`${request.method} ${request.url}`, ...headerLines(request.headers), '', request.body ?? ''].join('\n').trim()}</pre>
    ${response === null ? '' : html`<pre>${[String(response.status), ...headerLines(response.headers), '', response.body].join('\n').trim()}</pre>`}
  </details>`;
}

const headerLines = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

const frameBox = ({ channel, at, message, text }: Frame): Html =>
  html`<details class="wire">
    <summary>${at} ms <b>${message}</b> <span class="soft">${channel}</span></summary>
    <pre>${text}</pre>
  </details>`;
