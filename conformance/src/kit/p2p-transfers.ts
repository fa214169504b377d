// Owns the steps that the scenarios of P2P transfers share: start one, follow it, meet it while it runs.
import type { AnswerOf, Api } from './api.ts';
import type { Context } from './check.ts';
import type { Storage } from './storage.ts';
import { MiB, stored } from './transfers.ts';

export type P2PStatus = AnswerOf<'getP2PTransferStatus'>;

/** What a check builds on: where the plainest transfer never ends, nothing that waits for another one can be judged. */
export const afterP2PTransfer = ['cloud.p2p-transfer.small-object'] as const;

/** The first of its chunks pass at once and are counted; the rest is slow enough to meet the transfer while it runs. */
export const throttledChunks = { bytesPerSecond: 2 * MiB, burst: 3 * MiB } as const;
export const severalSmallChunks = 8 * MiB;

export interface P2PPlaces {
  readonly source: Storage;
  readonly target: Storage;
  readonly sourcePath: string;
  readonly targetPath: string;
  readonly overwrite?: boolean;
}

/** Chunks of 1 MB, so that a transfer can be met between two of them. */
export async function startP2PTransfer(context: Context, api: Api, { source, target, ...places }: P2PPlaces): Promise<string> {
  const { expect, given } = context;
  given.pushingServers();
  const { transferId } = await api.ok('initiateP2PTransfer', {
    body: {
      sourceAccount: source.account,
      targetAccount: target.account,
      sourceBucket: source.source,
      targetServerUrl: target.serviceUrl,
      targetBucket: target.target,
      chunkSizeMB: 1,
      ...places,
    },
  });
  const id = expect.present(transferId, 'the answer has a transferId');
  context.cleanUp(`transfer ${id}`, () => api.forCleanUp().call('cancelP2PTransfer', { path: { transferId: id } }));
  return id;
}

/** Waits for one of the states; a transfer that ends in another one fails the check at once. */
export async function p2pState(
  { eventually, expect, contract }: Context,
  api: Api,
  transferId: string,
  wanted: readonly string[],
  fits: (status: P2PStatus) => boolean = () => true,
): Promise<P2PStatus> {
  const rule = `the transfer becomes ${wanted.join(' or ')}`;
  return await eventually({
    rule,
    read: async () => {
      const status = await api.ok('getP2PTransferStatus', { path: { transferId } });
      const over = Object.keys(contract.machines.P2PTransferStatus?.[status.status] ?? {}).length === 0;
      if (!wanted.includes(status.status) && over) expect.fail(rule, wanted, { status: status.status, errorMessage: status.errorMessage });
      return status;
    },
    fits: (status) => wanted.includes(status.status) && fits(status),
  });
}

/** A transfer that runs, and a while to go. */
export async function runningP2P(context: Context, api: Api) {
  const { given, name } = context;
  const [source, target] = [await given.storage(), await given.storage(throttledChunks)];
  const bytes = given.bytes(severalSmallChunks);
  const path = await stored(source, `${name('from')}.bin`, bytes);
  const transferId = await startP2PTransfer(context, api, { source, target, sourcePath: path, targetPath: path });
  await p2pState(context, api, transferId, ['running'], ({ transferredBytes }) => transferredBytes > 0);
  return { target, bytes, path, transferId };
}

/** A transfer with nothing in its way. */
export async function smallP2P(context: Context, api: Api): Promise<string> {
  const { given, name } = context;
  const storage = await given.storage();
  const path = await stored(storage, `${name('small')}.bin`, given.bytes(MiB));
  return await startP2PTransfer(context, api, { source: storage, target: storage, sourcePath: path, targetPath: path });
}
