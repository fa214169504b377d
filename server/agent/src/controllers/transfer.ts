// Owns the Transfer operations (transfer.md).
import type { CloudTransfers } from '../account/cloud-transfers/cloud-transfers.ts';
import type { Controller } from '../http/handler.ts';

export interface TransferDependencies {
  readonly cloudTransfers: CloudTransfers;
}

export const transfer = ({ cloudTransfers }: TransferDependencies): Controller<'Transfer'> => ({
  getAllTransfers: ({ query, caller }) => ({ status: 200, body: cloudTransfers.page(caller, query) }),

  startTransfer({ body, caller }) {
    cloudTransfers.start(caller, body);
    return { status: 200 };
  },

  async cancelTransfer({ body, caller }) {
    await cloudTransfers.cancel(caller, body.id);
    return { status: 200 };
  },
});
