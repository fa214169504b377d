// Owns the orders that are on their way to a source server: sent again only while the transfer is wanted, and what a refusal leaves open.
import type { PushOrder, PushState } from '../../providers/http-push.ts';
import { networkCode } from '../../providers/http-errors.ts';
import { ProviderError } from '../../providers/provider.ts';
import { isGone, type SourceAddress, type SourceServers } from './source-servers.ts';
import type { P2PPlan, P2PRow } from './transfer.ts';

export interface P2PRequest {
  readonly plan: P2PPlan;
  /** Undefined for a stored account: then nothing of its keys is kept. */
  readonly sourceAddress: SourceAddress | undefined;
  readonly targetKeys: { readonly accessKey: string; readonly secretKey: string };
  readonly turnCredential: string | null;
}

/** `doubtful`: the source server may have the push all the same. */
export type Ordered = { readonly push: PushState } | { readonly refusal: unknown; readonly doubtful: boolean };

export class Orders {
  readonly #sources: SourceServers;
  readonly #underWay = new Map<string, AbortController>();

  constructor(sources: SourceServers) {
    this.#sources = sources;
  }

  /** Never rejects. An order that one attempt may have delivered is asked for before it counts as refused. */
  async send(row: P2PRow, request: P2PRequest): Promise<Ordered> {
    const unwanted = new AbortController();
    this.#underWay.set(row.id, unwanted);
    // One lost answer leaves doubt whatever the attempts after it are answered.
    let doubtful = false;
    const failed = (error: unknown): void => void (doubtful ||= mayHaveArrived(error));
    try {
      return { push: await this.#sources.order(row, orderOf(request), { unwanted: unwanted.signal, failed }) };
    } catch (refusal) {
      const push = doubtful && !unwanted.signal.aborted ? await this.#sources.state(row).catch(() => undefined) : undefined;
      return push === undefined ? { refusal, doubtful } : { push };
    } finally {
      this.#underWay.delete(row.id);
    }
  }

  /** Nothing is sent again. The attempt that is under way goes on, for its answer tells whether there is something to cancel. */
  callOff(id: string): void {
    this.#underWay.get(id)?.abort(new ProviderError('conflict', 'the transfer was cancelled'));
  }
}

/** No connection was made, so nothing was sent. */
const unsent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Whatever stands between the agent and the server may answer 408, 429 and 503 as well, after the server has taken the order. */
function mayHaveArrived(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return !isGone(error);
  return (error.kind === 'unavailable' || error.kind === 'throttled') && !unsent.has(networkCode(error) ?? '');
}

const orderOf = ({ plan, targetKeys, turnCredential }: P2PRequest): PushOrder => ({
  source: { bucket: plan.source.bucket, key: plan.source.key },
  target: { url: plan.target.serverUrl, bucket: plan.target.bucket, key: plan.target.key, ...targetKeys },
  overwrite: plan.overwrite,
  chunkBytes: plan.chunkBytes,
  turn: turnCredential === null ? null : { credential: turnCredential },
});
