// Owns what the console says about one failed check: the rule, expected and actual, the exchange, and how to repeat it.
import { type CheckResult, levelOf } from '../result.ts';
import { curlOf } from './curl.ts';
import type { Paint } from './paint.ts';
import { type Asked, replayOf, wscatOf } from './repeat.ts';

const bodyShown = 600;

export function failureCard(check: CheckResult, paint: Paint, asked: Asked): string {
  const lines = [`${paint.red('✗')} ${paint.bold(check.id)} ${paint.dim(`[${levelOf(check)}]`)}`, `  ${check.title}`];
  for (const { level, message, expected, actual } of check.failures) {
    lines.push(`  ${paint.red(level)} ${message}`);
    if (expected !== undefined) lines.push(`      expected  ${paint.green(expected)}`);
    if (actual !== undefined) lines.push(`      actual    ${paint.red(actual)}`);
  }
  const during = check.exchanges[check.failures.at(-1)?.exchange ?? -1];
  if (during !== undefined) {
    const { request, response, ms } = during;
    lines.push(`  ${paint.dim('request')}   ${request.method} ${request.url}`);
    if (request.body !== null) lines.push(`            ${shorten(request.body)}`);
    lines.push(
      `  ${paint.dim('answer')}    ${response === null ? 'none' : `${response.status} ${shorten(response.body)}`} ${paint.dim(`${ms} ms`)}`,
    );
    lines.push(`  ${paint.dim('repeat')}    ${curlOf(during)}`);
  }
  for (const command of [...wscatOf(check, asked), replayOf(check, asked)]) lines.push(`  ${paint.dim('repeat')}    ${command}`);
  return lines.join('\n');
}

const shorten = (text: string): string => (text.length > bodyShown ? `${text.slice(0, bodyShown)}…` : text);
