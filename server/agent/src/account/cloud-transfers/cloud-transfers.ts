// Owns cloud-to-cloud transfers as a caller sees them: which may be asked for, listed and cancelled (transfer.md).
import { CloudType, type FilledSchema, type Schema, TransferHistoryOrigin, TransferType } from '@click-kit/contract';
import { cloudTransferSortFields, type CloudTransferList } from '../../store/cloud-transfer-list.ts';
import type { TransferEngine } from '../../transfers/engine.ts';
import { type CloudStatus, memberNameOf } from '../../transfers/machine.ts';
import type { Caller } from '../caller.ts';
import type { CloudAccounts } from '../cloud-accounts.ts';
import { refusal } from '../failure.ts';
import { collectionOf, type ListQuery, pageRequest } from '../paging.ts';
import { type CopyEnd, copyRoute, nameOf } from './copy-route.ts';
import { recordOf } from './record.ts';

export interface CloudTransferDependencies {
  readonly cloudAccounts: CloudAccounts;
  readonly transfers: Pick<TransferEngine, 'start' | 'get' | 'cancel'>;
  readonly list: CloudTransferList;
  readonly now: () => number;
}

export interface CloudTransferQuery extends ListQuery {
  readonly type: number;
}

type Request = FilledSchema<'TransferRequest'>;

const refused = { 'queue-full': 'Too many transfers are waiting; try again later.', 'shutting-down': 'The agent is shutting down.' };

export class CloudTransfers {
  readonly #dependencies: CloudTransferDependencies;

  constructor(dependencies: CloudTransferDependencies) {
    this.#dependencies = dependencies;
  }

  start(caller: Caller, request: Request): void {
    const { transfers, now } = this.#dependencies;
    const to = this.#end(caller, 'destination', request);
    const route = copyRoute(this.#end(caller, 'source', request), to);
    const result = transfers.start({
      ...route,
      kind: 'cloud',
      name: nameOf(route.source),
      userId: caller.userId,
      accountId: caller.accountId,
      requestedAt: now(),
      origin: TransferHistoryOrigin.Direct,
      storageType: Object.entries(CloudType).find(([, value]) => value === to.provider)?.[0] ?? '',
      contentType: 'application/octet-stream',
      keepSourceTree: request.keepSourceTree,
      allowSkip: request.allowSkip,
    });
    if ('refused' in result) throw refusal('TRANSFER', refused[result.refused]);
  }

  /** The whole account's, whoever started them: "the transfers that belong to the account of the current user". */
  page(caller: Caller, query: CloudTransferQuery): Schema<'TransferCollection'> {
    const { list, cloudAccounts, now } = this.#dependencies;
    const request = pageRequest(cloudTransferSortFields, query);
    // Every transfer of this agent is of one type.
    const kept = query.type === 0 || (query.type & TransferType.Transfer) !== 0;
    const page = kept ? list.page(request, caller.accountId) : { rows: [], total: 0 };
    const seen = new Map<string, Schema<'CloudAccount'> | null>();
    const accountOf = (id: string): Schema<'CloudAccount'> | null => {
      const known = seen.get(id);
      if (known !== undefined) return known;
      const found = cloudAccounts.find(caller, id) ?? null;
      seen.set(id, found);
      return found;
    };
    return collectionOf(page, query, (row) => recordOf(row, accountOf, now()));
  }

  async cancel(caller: Caller, id: string): Promise<void> {
    const { transfers } = this.#dependencies;
    const view = transfers.get(id.toLowerCase());
    if (view?.kind !== 'cloud' || view.plan.accountId !== caller.accountId)
      throw refusal('NOT_FOUND', 'There is no cloud-to-cloud transfer with this id.');
    const result = await transfers.cancel(view.transferId);
    if (result === 'ok') return;
    const status = result === 'unknown' ? view.status : result.illegal;
    throw refusal('TRANSFER', `The transfer is ${memberNameOf(status as CloudStatus)}; it cannot be cancelled.`);
  }

  /** The ids of providers that address by parent are not looked at: every provider here addresses by bucket and path. */
  #end(caller: Caller, side: 'source' | 'destination', request: Request): CopyEnd {
    const id = request[`${side}CloudAccountId`].toLowerCase();
    const { cloudType } = this.#dependencies.cloudAccounts.resolve(caller, { id }).account;
    return { cloudAccountId: id, provider: cloudType, bucket: request[`${side}Bucket`], path: request[`${side}Path`] };
  }
}
