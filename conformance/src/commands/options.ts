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
  return url.origin;
}
