// Owns starting a transfer between two servers, each with an account or bare.
import { type AgentProcess, bodyOf } from './agent.ts';
import { bucket } from './servers.ts';

export interface Place {
  readonly url: string;
  readonly path: string;
  readonly accountId?: string;
}

export async function startServerTransfer({ click }: AgentProcess, source: Place, target: Place): Promise<string> {
  const body = {
    sourceServerUrl: source.url,
    sourceBucket: bucket,
    sourcePath: source.path,
    sourceAccountId: source.accountId ?? '',
    targetServerUrl: target.url,
    targetBucket: bucket,
    targetPath: target.path,
    targetAccountId: target.accountId ?? '',
  };
  return (await bodyOf(click.POST('/cloud/server_transfer/initiate', { body }))).transferId;
}
