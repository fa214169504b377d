// Owns the matrix of controllers and requirements in the HTML report: one square for each requirement that a controller's checks prove.
import { requirementLine, statusOf } from '../kit/requirement-results.ts';
import type { CheckResult, RequirementResult, RequirementStatus, RunResult } from '../result.ts';
import { html, type Html } from './html-parts.ts';

export function requirementMatrix({ requirements, checks }: Pick<RunResult, 'requirements' | 'checks'>): Html {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const controllers = [...new Set(checks.map(({ controller }) => controller))].filter((name) =>
    requirements.some((requirement) => requirement.controllers.includes(name)),
  );
  const topics = [...new Set(requirements.map(topicOf))];
  return html`<h2>Requirements by controller</h2>
    <div class="box">
      <p class="soft">
        ${requirementLine(requirements)}. Each number is a requirement that checks of the controller prove; it is as good as the worst of
        them. A dashed frame is a SHOULD.
      </p>
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">Requirement</th>
            ${controllers.map((controller) => html`<th scope="col">${controller}</th>`)}
            <th scope="col">not executed</th>
          </tr>
        </thead>
        <tbody>
          ${topics.map((topic) => row(topic, requirements, controllers, byId))}
        </tbody>
      </table>
    </div>`;
}

/** `CLOUD-S2S` of `CLOUD-S2S-003`. */
const topicOf = ({ id }: RequirementResult): string => id.replace(/-\d+$/, '');

function row(
  topic: string,
  requirements: readonly RequirementResult[],
  controllers: readonly string[],
  byId: ReadonlyMap<string, CheckResult>,
): Html {
  const own = requirements.filter((requirement) => topicOf(requirement) === topic).sort((a, b) => a.id.localeCompare(b.id));
  const cell = (controller: string): Html[] =>
    own.flatMap((requirement) => {
      const proving = requirement.checks.flatMap((id) => byId.get(id) ?? []).filter((check) => check.controller === controller);
      return proving.length === 0 ? [] : [square(requirement, statusOf(requirement.level, proving), proving)];
    });
  const left = own.filter(({ status }) => status === 'not-executed').map((requirement) => square(requirement, 'not-executed', []));
  return html`<tr>
    <th scope="row">${topic}</th>
    ${controllers.map((controller) => html`<td>${cell(controller)}</td>`)}
    <td>${left}</td>
  </tr>`;
}

function square({ id, level, text }: RequirementResult, status: RequirementStatus, proving: readonly CheckResult[]): Html {
  const about = `${id} ${level} ${status.replace('-', ' ')}: ${text}`;
  const classes = `q s-${status}${level === 'SHOULD' ? ' should' : ''}`;
  const number = id.split('-').at(-1);
  const shown = proving.find((check) => check.status !== 'passed') ?? proving[0];
  return shown === undefined
    ? html`<span class="${classes}" title="${about}">${number}</span>`
    : html`<a class="${classes}" href="#${shown.id}" title="${about}">${number}</a>`;
}
