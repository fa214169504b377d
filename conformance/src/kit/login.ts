// Owns signing in to the target for checks that are not about signing in: whatever goes wrong here blocks them.
import { Api, type Exchange } from './api.ts';
import { codeOf } from './error-model.ts';
import type { Environment } from './environment.ts';
import { Blocked } from './faults.ts';
import { Recorder } from './recorder.ts';
import type { Credentials } from './target.ts';

/** Calls whose exchanges belong to no check. */
export function setUpApi(environment: Environment, caseId: string, signal: AbortSignal): Api {
  const { contract, validator, http, redactor, target } = environment;
  return new Api({ contract, validator, http, redactor, targetUrl: target.url, recorder: new Recorder(redactor), caseId, signal });
}

export const loginBody = ({ username, password, type }: Credentials) => ({ username, password, ...(type !== undefined && { type }) });

/** A token, by password and, where the target asks for it, a one-time code. */
export async function signIn(environment: Environment, credentials: Credentials, api: Api, signal: AbortSignal): Promise<string> {
  const first = await api.call('login', { body: loginBody(credentials) });
  const { challenge, session } = fieldsOf(first);
  if (challenge !== 1) return tokenOf(first, 'login');
  if (credentials.totpSecret === undefined) throw new Blocked(`${credentials.username} has a second factor, and no --totp-secret is given`);
  const userCode = await environment.codes.next(credentials.totpSecret, signal);
  return tokenOf(await api.call('respondToMfa', { body: { userCode, session: String(session) } }), 'mfa_respond');
}

function tokenOf(exchange: Exchange, what: string): string {
  const { jwtToken } = fieldsOf(exchange);
  if (exchange.status === 200 && typeof jwtToken === 'string' && jwtToken !== '') return jwtToken;
  const code = codeOf(exchange.body, exchange.headers);
  throw new Blocked(`signing in failed: ${what} answered ${exchange.status}${code === undefined ? '' : ` ${code}`} and no token`);
}

function fieldsOf({ body }: Exchange): { jwtToken?: unknown; challenge?: unknown; session?: unknown } {
  return typeof body === 'object' && body !== null ? body : {};
}
