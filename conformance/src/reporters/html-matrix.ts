// Owns the matrix of controllers and requirements in the HTML report: one square for each requirement that a controller's checks prove.
import { requirementLine, statusOf } from '../kit/requirement-results.ts';
import type { CheckResult, RequirementResult, RequirementStatus, RunResult } from '../result.ts';
import { html, type Html } from './html-parts.ts';

export function requirementMatrix({ requirements, checks }: Pick<RunResult, 'requirements' | 'checks'>): Html {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const controllers = [...new Set(checks.map(({ controller }) => controller))].filter((name) =>
    requirements.some((requirement) => requirement.controllers.includes(name)),
  );
  const left = requirements
    .filter(({ status }) => status === 'not-executed')
    .map((requirement) => squareOf(requirement, 'not-executed', []));
  return html`<h2>Controllers and requirements</h2>
    <div class="box">
      <p class="soft">
        ${requirementLine(requirements)}. Each number is a requirement that checks of the controller prove; it is as good as the worst of
        them. A dashed frame is a SHOULD.
      </p>
      <table class="matrix">
        <tbody>
          ${controllers.map((controller) => row(controller, squaresOf(controller, requirements, byId)))}
          ${left.length === 0 ? '' : row('not executed', left)}
        </tbody>
      </table>
    </div>`;
}

interface Square {
  readonly topic: string;
  readonly id: string;
  readonly markup: Html;
}

function squaresOf(controller: string, requirements: readonly RequirementResult[], byId: ReadonlyMap<string, CheckResult>): Square[] {
  return requirements.flatMap((requirement) => {
    const proving = requirement.checks.flatMap((id) => byId.get(id) ?? []).filter((check) => check.controller === controller);
    return proving.length === 0 ? [] : [squareOf(requirement, statusOf(requirement.level, proving), proving)];
  });
}

/** One line for a controller, with its squares by topic: most topics belong to one controller, so columns would stay empty. */
function row(name: string, squares: readonly Square[]): Html {
  const topics = [...new Set(squares.map(({ topic }) => topic))];
  const of = (wanted: string): Html[] =>
    squares
      .filter(({ topic }) => topic === wanted)
      .sort((a, b) => a.id.localeCompare(b.id))
      .map(({ markup }) => markup);
  // The name of a topic never stands alone at the end of a line.
  const shown = (topic: string): Html => {
    const [first, ...more] = of(topic);
    return html`<span class="topic"
      ><span><b>${topic}</b> ${first}</span>${more}</span
    > `;
  };
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${topics.map(shown)}</td>
  </tr>`;
}

/** `CLOUD-S2S` of `CLOUD-S2S-003`. */
const topicOf = ({ id }: RequirementResult): string => id.replace(/-\d+$/, '');

const squareOf = (requirement: RequirementResult, status: RequirementStatus, proving: readonly CheckResult[]): Square => ({
  topic: topicOf(requirement),
  id: requirement.id,
  markup: square(requirement, status, proving),
});

function square({ id, level, text }: RequirementResult, status: RequirementStatus, proving: readonly CheckResult[]): Html {
  const about = `${id} ${level} ${status.replace('-', ' ')}: ${text}`;
  const classes = `q s-${status}${level === 'SHOULD' ? ' should' : ''}`;
  const number = id.split('-').at(-1);
  const shown = proving.find((check) => check.status !== 'passed') ?? proving[0];
  return shown === undefined
    ? html`<span class="${classes}" title="${about}">${number}</span>`
    : html`<a class="${classes}" href="#${shown.id}" title="${about}">${number}</a>`;
}
