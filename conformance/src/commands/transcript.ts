// Owns the text of one check in full: what it is, what was said on the wire, and what was wrong with it.
import type { CheckResult, Failure, Frame, RecordedExchange } from '../result.ts';

export function transcriptOf({ id, title, exchanges, frames, failures, reason, undocumented }: CheckResult): string {
  return [
    `${id}  ${title}`,
    ...exchanges.flatMap((exchange, index) => ['', `--- ${index + 1}. ${exchange.operation}, ${exchange.ms} ms`, ...exchangeOf(exchange)]),
    ...(frames.length > 0 ? ['', '--- frames', ...frames.map(frameOf)] : []),
    ...(failures.length > 0 ? ['', '--- deviations', ...failures.flatMap(failureOf)] : []),
    ...undocumented.map(({ kind, where, what }) => `undocumented ${kind} ${what} at ${where}`),
    ...(reason === undefined ? [] : ['', reason]),
    '',
  ].join('\n');
}

function exchangeOf({ request, response }: RecordedExchange): string[] {
  return [
    `> ${request.method} ${request.url}`,
    ...headersOf('>', request.headers),
    ...bodyOf(request.body),
    ...(response === null ? ['< no answer'] : [`< ${response.status}`, ...headersOf('<', response.headers), ...bodyOf(response.body)]),
  ];
}

const headersOf = (sign: string, headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).map(([name, value]) => `${sign} ${name}: ${value}`);

const bodyOf = (body: string | null): string[] => (body === null || body === '' ? [] : ['', body, '']);

const frameOf = ({ channel, at, message, text }: Frame): string => `${channel} +${at} ms ${message}: ${text}`;

const failureOf = ({ level, message, expected, actual, exchange }: Failure): string[] => [
  `${level}: ${message}${exchange === undefined ? '' : ` (exchange ${exchange + 1})`}`,
  ...(expected === undefined ? [] : [`  expected ${expected}`]),
  ...(actual === undefined ? [] : [`  actual   ${actual}`]),
];
