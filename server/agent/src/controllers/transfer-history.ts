// Owns the TransferHistory operations (transferhistory.md).
import type { Controller } from '../http/handler.ts';
import type { TransferHistoryService } from '../account/transfer-history.ts';

export interface TransferHistoryDependencies {
  readonly transferHistory: TransferHistoryService;
}

export const transferHistory = ({ transferHistory: history }: TransferHistoryDependencies): Controller<'TransferHistory'> => ({
  getAllTransferHistory: ({ query, caller }) => ({ status: 200, body: history.page(caller, query) }),

  deleteTransferHistory({ query, caller }) {
    history.remove(caller, query.id);
    return { status: 200 };
  },
});
