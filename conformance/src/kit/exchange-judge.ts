// Owns judging one answer against its operation: status, media type, body, headers.
import { type Contract, type JsonObject, levelOfBasis, objectOf, type Operation, weaker } from './contract.ts';
import { judgeProblem } from './error-model.ts';
import type { HttpAnswer } from './http-client.ts';
import type { Recorder } from './recorder.ts';
import { type SchemaValidator, shortJson, type Violation } from './schema-validator.ts';

/** Headers of HTTP itself and of browsers' rules; anything else that no page names is reported. */
const ordinaryHeaders =
  /^(access-control-.*|age|allow|cache-control|connection|content-.*|cross-origin-.*|date|etag|expires|keep-alive|last-modified|location|origin-agent-cluster|pragma|referrer-policy|retry-after|server|strict-transport-security|transfer-encoding|upgrade|vary|via|www-authenticate|x-content-type-options|x-frame-options|x-powered-by)$/;
const violationsShown = 10;

export interface JudgeTools {
  readonly contract: Contract;
  readonly validator: SchemaValidator;
}

/** The parsed body: undefined when there is none or when it is no JSON. */
export function judgeExchange(operation: Operation, answer: HttpAnswer, recorder: Recorder, { validator }: JudgeTools): unknown {
  const where = `${operation.id} ${answer.status}`;
  const text = answer.bytes.toString('utf8');
  const mediaType = (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const body = parse(text, mediaType);
  const response = operation.responses[answer.status];
  recorder.evidence += 1;
  if (response === undefined) {
    recorder.note({ kind: 'status', where: operation.id, what: String(answer.status) });
    return body.value;
  }
  for (const header of Object.keys(answer.headers)) {
    if (!ordinaryHeaders.test(header) && !response.headers.includes(header)) recorder.note({ kind: 'header', where, what: header });
  }
  const violations = answer.status === 499 ? judgeProblem(body.value, answer.headers) : [];
  const media = Object.entries(response.content)[0];
  if (media === undefined) judgeNoBody(where, answer, recorder);
  else violations.push(...judgeBody({ where, text, mediaType, body, media, level: response.level }, recorder, validator));
  for (const { level, path, message, expected, actual } of violations.slice(0, violationsShown)) {
    recorder.fail({ level, message: `${where}: ${path} ${message}`, expected, actual });
  }
  return body.value;
}

interface Parsed {
  readonly isJson: boolean;
  readonly value: unknown;
}

function parse(text: string, mediaType: string): Parsed {
  if (text === '' || !/^application\/(?:[\w.+-]+\+)?json$/.test(mediaType)) return { isJson: false, value: undefined };
  try {
    return { isJson: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return { isJson: false, value: undefined };
    throw error;
  }
}

/** A 500 has no body (errors.md); for the others none is documented, which does not forbid one. */
function judgeNoBody(where: string, { status, bytes }: HttpAnswer, recorder: Recorder): void {
  if (bytes.length === 0) return;
  if (status === 500)
    recorder.fail({ level: 'MUST', message: `${where}: has no body`, expected: 'no body', actual: `${bytes.length} bytes` });
  else recorder.note({ kind: 'field', where, what: 'a body' });
}

interface BodyToJudge {
  readonly where: string;
  readonly text: string;
  readonly mediaType: string;
  readonly body: Parsed;
  readonly media: readonly [string, JsonObject];
  readonly level: Violation['level'];
}

function judgeBody(
  { where, text, mediaType, body, media: [documented, media], level }: BodyToJudge,
  recorder: Recorder,
  validator: SchemaValidator,
): Violation[] {
  const bodyLevel = weaker(level, levelOfBasis(media['x-basis']));
  if (text === '' || !body.isJson) {
    const actual = text === '' ? 'no body' : `${mediaType || 'no media type'}: ${shortJson(text, 120)}`;
    return [{ level: bodyLevel, path: 'the body', message: 'is JSON', expected: documented, actual }];
  }
  if (mediaType !== documented) recorder.note({ kind: 'media type', where, what: mediaType });
  const judgement = validator.judge('http', objectOf(media), body.value);
  for (const what of judgement.undocumented) recorder.note({ kind: 'field', where, what });
  return [...judgement.violations];
}
