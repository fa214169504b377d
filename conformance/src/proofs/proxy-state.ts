// Owns what the proxy knows: the fault that is on, how often it came to bear, and what it saw pass of tokens and keys.
import type { Contract } from '../kit/contract.ts';
import type { Credentials } from '../kit/target.ts';
import type { Fault } from './fault.ts';
import type { EditTools } from './json-edit.ts';

export interface ArmedFault {
  readonly fault: Fault;
  /** Only calls that the check itself makes go wrong; what it is given must work. */
  readonly check: string;
}

export class ProxyState {
  readonly contract: Contract;
  readonly agentUrl: string;
  readonly credentials: Credentials | undefined;
  readonly tokens = new Set<string>();
  /** Notices are sent to all of them. */
  readonly notices = new Set<(text: string) => void>();
  secrets: EditTools['secrets'] = {};
  /** How often the fault that is on, or was on last, came to bear. */
  applied = 0;
  #armed: ArmedFault | undefined;
  #calls = 0;

  constructor({ contract, agentUrl, credentials }: Pick<ProxyState, 'contract' | 'agentUrl' | 'credentials'>) {
    this.contract = contract;
    this.agentUrl = agentUrl;
    this.credentials = credentials;
  }

  arm(armed: ArmedFault | undefined): void {
    if (armed !== undefined) this.applied = 0;
    this.#armed = armed;
    this.#calls = 0;
  }

  armedAt<At extends Fault['at']>(at: At): Extract<Fault, { at: At }> | undefined {
    const fault = this.#armed?.fault;
    return fault?.at === at ? (fault as Extract<Fault, { at: At }>) : undefined;
  }

  /** The fault for this call of an operation, if it is the one that is to go wrong. */
  httpFault(operation: string | undefined, caseId: string | string[] | undefined): Extract<Fault, { at: 'http' }> | undefined {
    const fault = this.armedAt('http');
    if (fault === undefined || fault.operation !== operation || caseId !== this.#armed?.check) return undefined;
    this.#calls += 1;
    return fault.call === undefined || fault.call === this.#calls ? fault : undefined;
  }

  get editTools(): EditTools {
    return { times: this.applied, secrets: this.secrets };
  }
}
