// Owns reading the arguments of a command: strict, and with a message that helps.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from '../kit/faults.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

export function parse<const O extends Options>(
  args: readonly string[],
  options: O,
): ReturnType<typeof parseArgs<{ options: O }>>['values'] {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Like `parse`, for a command that also takes arguments without a flag, each of which has a name. */
export function parseWith<const O extends Options, const Names extends readonly string[]>(
  names: Names,
  args: readonly string[],
  options: O,
): { values: ReturnType<typeof parseArgs<{ options: O }>>['values']; given: { [Name in keyof Names]: string } } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
    if (positionals.length !== names.length) throw new TypeError(`this takes ${names.join(' and ')}, not ${positionals.length} arguments`);
    return { values, given: positionals as { [Name in keyof Names]: string } };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

export function positiveInteger(text: string, flag: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value))
    throw new UsageError(`${flag} takes a whole number above 0, not ${text}`);
  return value;
}

export function httpUrl(text: string, flag: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new UsageError(`${flag} takes an http or https URL, not ${text}`);
  if (url.username !== '' || url.password !== '') throw new UsageError(`${flag} takes no user and no password: give them apart`);
  if (url.pathname !== '/' || url.search !== '') throw new UsageError(`${flag} takes a URL without a path, such as ${url.origin}`);
  return url.origin;
}
