// Owns looking into the JSON answers of vendors without trusting their shape.

export type Json = Readonly<Record<string, unknown>>;

export const recordOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
export const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(recordOf) : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function dateOf(value: unknown): Date | undefined {
  const date = new Date(textOf(value));
  return Number.isNaN(date.getTime()) ? undefined : date;
}
