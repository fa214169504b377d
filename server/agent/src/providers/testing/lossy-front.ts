// Owns a front before a server, for tests, that carries a request out and loses the answer.
import { forwardingServer } from './forwarding-server.ts';

export interface LossyFront extends AsyncDisposable {
  readonly url: string;
  /** The next request that carries these bytes is carried out, and its connection cut; `deaf`: so are all after it, which go nowhere. */
  readonly lose: (bytes: Buffer, deaf?: 'deaf') => void;
  /** Ends that. */
  readonly hear: () => void;
}

export async function lossyFront(origin: string): Promise<LossyFront> {
  let awaited: { readonly bytes: Buffer; readonly deaf: boolean } | undefined;
  let deaf = false;
  const server = await forwardingServer(origin, async (exchange) => {
    const { res, body } = exchange;
    if (deaf) return res.destroy();
    if (awaited === undefined || !body.includes(awaited.bytes)) return await exchange.forward();
    ({ deaf } = awaited);
    awaited = undefined;
    await exchange.forward(true);
    return res.destroy();
  });
  return {
    url: server.url,
    lose: (bytes, how) => void (awaited = { bytes, deaf: how === 'deaf' }),
    hear: () => void (deaf = false),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
