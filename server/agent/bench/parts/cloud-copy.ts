// Owns transfers from cloud to cloud through the API (transfer.md).
import type { AgentProcess } from './agent.ts';
import { bucket } from './servers.ts';

export interface FolderPlace {
  readonly account: string;
  /** With a slash at its end. */
  readonly path: string;
}

/** The answer names no transfer; its first frame does. So only one transfer may be started at a time. */
export async function copyFolder(agent: AgentProcess, from: FolderPlace, to: FolderPlace): Promise<string> {
  agent.frames.forget();
  const begun = agent.frames.waitFor(() => true);
  const body = {
    sourceCloudAccountId: from.account,
    sourceBucket: bucket,
    sourcePath: from.path,
    destinationCloudAccountId: to.account,
    destinationBucket: bucket,
    destinationPath: to.path,
    allowSkip: false,
    keepSourceTree: true,
  };
  const { response, error } = await agent.click.POST('/transfer/transfer', { body });
  if (!response.ok) throw new Error(`/transfer/transfer answered ${response.status}: ${JSON.stringify(error)}`);
  return (await begun).TransferId;
}
