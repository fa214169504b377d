// Owns the documented shape of a 499 (errors.md): one code, in the header, in `type` and as the only key of `errors`.
import { shortJson, type Violation } from './schema-validator.ts';

/** All of it is documented, so every deviation is a MUST, whatever the basis of the schema's finer rules. */
export function judgeProblem(body: unknown, headers: Readonly<Record<string, string>>): Violation[] {
  const violations: Violation[] = [];
  const rule = (holds: boolean, path: string, message: string, expected: string, actual: unknown): void => {
    if (!holds) violations.push({ level: 'MUST', path, message, expected, actual: shortJson(actual) });
  };
  const problem = (typeof body === 'object' && body !== null ? body : {}) as { type?: unknown; status?: unknown; errors?: unknown };
  rule(typeof problem.type === 'string' && problem.type !== '', 'type', 'holds the error code', 'a non-empty string', problem.type);
  rule(problem.status === 499, 'status', 'repeats the status', '499', problem.status);
  const errors = typeof problem.errors === 'object' && problem.errors !== null ? Object.entries(problem.errors) : [];
  const [code, messages] = errors[0] ?? [];
  rule(
    errors.length === 1 && code === problem.type,
    'errors',
    'has one entry, whose key equals `type`',
    shortJson({ [String(problem.type)]: ['…'] }),
    problem.errors,
  );
  const texts = Array.isArray(messages) && messages.length > 0 && messages.every((message) => typeof message === 'string');
  rule(texts, 'errors', 'holds the messages', 'an array of strings', messages);
  rule(headers['error-code'] === problem.type, 'the header error-code', 'equals `type`', shortJson(problem.type), headers['error-code']);
  return violations;
}

/** The code that an error answer carries, from wherever it can be read. */
export function codeOf(body: unknown, headers: Readonly<Record<string, string>>): string | undefined {
  const type = typeof body === 'object' && body !== null ? (body as { type?: unknown }).type : undefined;
  return typeof type === 'string' ? type : headers['error-code'];
}
