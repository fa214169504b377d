// Owns naming requirements in a row, where one answer shows many of them: the fields of a record.

/** `idsOf('HIST-FIELD', 1, 3)` is HIST-FIELD-001 to HIST-FIELD-003. */
export const idsOf = (stem: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_none, index) => `${stem}-${String(first + index).padStart(3, '0')}`);
