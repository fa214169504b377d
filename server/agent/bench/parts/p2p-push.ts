// Owns starting a P2P transfer (cloud.md): the source server pushes to the target, and the bytes do not pass the agent.
import { type AgentProcess, bodyOf } from './agent.ts';
import { bucket } from './servers.ts';

export interface Pushed {
  readonly sourceAccount: string;
  readonly sourcePath: string;
  readonly targetUrl: string;
  readonly targetAccount: string;
  readonly targetPath: string;
}

export async function startPush({ click }: AgentProcess, push: Pushed): Promise<string> {
  const body = {
    sourceAccount: { id: push.sourceAccount },
    targetAccount: { id: push.targetAccount },
    sourceBucket: bucket,
    sourcePath: push.sourcePath,
    targetServerUrl: push.targetUrl,
    targetBucket: bucket,
    targetPath: push.targetPath,
    overwrite: true,
    chunkSizeMB: 8,
  };
  return (await bodyOf(click.POST('/cloud/p2p_transfer/initiate', { body }))).transferId;
}
