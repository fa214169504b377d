// Owns the builders of faults in requests and answers of operations: the words that the tables of proofs are written in.
import type { Json, OperationId } from '../kit/contract.ts';
import type { AnswerEdit, HttpFault, JsonEdit, RequestEdit } from './fault.ts';

const request = (operation: OperationId, edit: RequestEdit): HttpFault => ({ at: 'http', operation, request: edit });
const answer = (operation: OperationId, edit: AnswerEdit): HttpFault => ({ at: 'http', operation, answer: edit });
const answerBody = (operation: OperationId, edit: JsonEdit): HttpFault => answer(operation, { do: 'edit-body', edit });
const requestBody = (operation: OperationId, edit: JsonEdit): HttpFault => request(operation, { do: 'edit-body', edit });

export const onlyCall = (call: number, fault: HttpFault): HttpFault => ({ ...fault, call });

export const dropField = (operation: OperationId, path: string): HttpFault => answerBody(operation, { edit: 'drop', path });
export const setField = (operation: OperationId, path: string, value: Json): HttpFault =>
  answerBody(operation, { edit: 'set', path, value });
export const changeType = (operation: OperationId, path: string): HttpFault => answerBody(operation, { edit: 'retype', path });
export const increase = (operation: OperationId, path: string, by: number): HttpFault =>
  answerBody(operation, { edit: 'increase', path, by });
export const growing = (operation: OperationId, path: string): HttpFault => answerBody(operation, { edit: 'grow', path });
export const reversed = (operation: OperationId, path: string): HttpFault => answerBody(operation, { edit: 'reverse', path });
export const emptyList = (operation: OperationId, path: string): HttpFault => answerBody(operation, { edit: 'empty', path });
export const repeatedItem = (operation: OperationId, path: string): HttpFault => answerBody(operation, { edit: 'repeat-first', path });
/** A page that begins one item too late. */
export const offByOnePage = (operation: OperationId, path: string): HttpFault => answerBody(operation, { edit: 'skip-first', path });
export const leakSecret = (operation: OperationId, path: string, secret: 'accessKey' | 'secretKey' = 'secretKey'): HttpFault =>
  answerBody(operation, { edit: 'leak', path, secret });

export const setStatus = (operation: OperationId, to: number): HttpFault => answer(operation, { do: 'status', to });
export const removeHeader = (operation: OperationId, name: string): HttpFault => answer(operation, { do: 'drop-header', name });
export const replaceBody = (operation: OperationId, body: Json): HttpFault =>
  answer(operation, { do: 'replace-body', text: JSON.stringify(body) });
export const replaceByHtml = (operation: OperationId): HttpFault =>
  answer(operation, { do: 'replace-body', text: '<html><body>OK</body></html>', contentType: 'text/html' });
/** The connection goes in the middle of the answer. */
export const cutAnswer = (operation: OperationId): HttpFault => answer(operation, { do: 'cut' });

export const ignoreParameter = (operation: OperationId, name: string): HttpFault => request(operation, { do: 'drop-query', name });
export const misreadParameter = (operation: OperationId, name: string, value: string): HttpFault =>
  request(operation, { do: 'set-query', name, value });
/** Another default, where the request says nothing. */
export const defaultParameter = (operation: OperationId, name: string, value: string): HttpFault =>
  request(operation, { do: 'default-query', name, value });
export const ignoreField = (operation: OperationId, path: string): HttpFault => requestBody(operation, { edit: 'drop', path });
export const misreadField = (operation: OperationId, path: string, value: Json): HttpFault =>
  requestBody(operation, { edit: 'set', path, value });
export const misreadText = (operation: OperationId, path: string, text: string): HttpFault =>
  requestBody(operation, { edit: 'append', path, text });

export const acceptAnyToken = (operation: OperationId): HttpFault => request(operation, { do: 'good-token' });
export const acceptAnyPassword = (operation: OperationId): HttpFault => request(operation, { do: 'good-credentials' });
export const acceptAnyKeys = (operation: OperationId): HttpFault => request(operation, { do: 'good-keys' });
export const requireToken = (operation: OperationId): HttpFault => request(operation, { do: 'require-token' });
/** Says that it was done, and does nothing. */
export const doNothing = (operation: OperationId, status = 200, body?: Json): HttpFault =>
  request(operation, { do: 'swallow', status, ...(body !== undefined && { body }) });
/** Refuses, as it should, and does something else all the same. */
export const refuseButDo = (operation: OperationId, instead: OperationId, status: number): HttpFault => ({
  ...request(operation, { do: 'instead', operation: instead }),
  answer: { do: 'status', to: status },
});

/** One byte of the request's body is another one. */
export const flipUpload = (operation: OperationId): HttpFault => request(operation, { do: 'flip-bytes' });
/** The agent reads another file of the same name and size. */
export const readOtherBytes = (operation: OperationId): HttpFault => request(operation, { do: 'other-local-bytes' });
/** Letters beyond ASCII, spaces and signs are lost from the name. */
export const simplifyName = (operation: OperationId): HttpFault => request(operation, { do: 'other-local-name' });
/** Clean-up is skipped: something stays in the folder of a download. */
export const leavePartialFile = (operation: OperationId): HttpFault => request(operation, { do: 'leave-file' });
/** A call that is not to be told of is told of. */
export const extraFrame = (operation: OperationId): HttpFault => request(operation, { do: 'notify' });
