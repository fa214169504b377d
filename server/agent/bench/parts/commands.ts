// Owns the commands of transfers that run, by kind (cloud.md, transfer.md).
import type { AgentProcess } from './agent.ts';

export type Command = (transferId: string) => Promise<{ response: Response }>;

export interface Commands {
  readonly cancel: Command;
  /** Absent where the kind cannot be paused. */
  readonly pause?: Command;
  readonly resume?: Command;
}

export function commandsOf({ click }: AgentProcess): Readonly<Record<'client' | 'server' | 'p2p' | 'cloud', Commands>> {
  const at = (transferId: string) => ({ params: { path: { transferId } } });
  return {
    client: {
      pause: (id) => click.POST('/cloud/client_transfer/{transferId}/pause', at(id)),
      resume: (id) => click.POST('/cloud/client_transfer/{transferId}/resume', at(id)),
      cancel: (id) => click.POST('/cloud/client_transfer/{transferId}/cancel', at(id)),
    },
    server: { cancel: (id) => click.DELETE('/cloud/server_transfer/{transferId}', at(id)) },
    p2p: {
      pause: (id) => click.POST('/cloud/p2p_transfer/{transferId}/pause', at(id)),
      resume: (id) => click.POST('/cloud/p2p_transfer/{transferId}/resume', at(id)),
      cancel: (id) => click.POST('/cloud/p2p_transfer/{transferId}/cancel', at(id)),
    },
    cloud: { cancel: (id) => click.POST('/transfer/cancel_transfer', { body: { id } }) },
  };
}

export async function obey(command: Command, transferId: string): Promise<void> {
  const { response } = await command(transferId);
  if (!response.ok) throw new Error(`a command was answered ${response.status}: the transfer had ended by itself`);
}
