// Owns transfers from cloud to cloud through the API (transfer.md), as far as the agent knows them.
import type { AgentProcess } from '../parts/agent.ts';
import { bucket } from '../parts/servers.ts';

const post = (agent: AgentProcess, body: unknown): Promise<Response> =>
  fetch(`${agent.url}/transfer/transfer?token=${agent.token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** An empty request is refused by an agent that has the operation, and unknown to one that has not. */
export async function knowsCloudTransfers(agent: AgentProcess): Promise<boolean> {
  const answer = await post(agent, {});
  await answer.body?.cancel();
  return answer.status !== 404;
}

export interface FolderPlace {
  readonly account: string;
  /** With a slash at its end. */
  readonly path: string;
}

/** The answer names no transfer; its first frame after the request does. Only one transfer may be started at a time. */
export async function copyFolder(agent: AgentProcess, from: FolderPlace, to: FolderPlace): Promise<string> {
  const begun = agent.frames.waitFor(({ Status }) => Status === 'InProgress' || Status === 'Completed' || Status === 'Failed');
  const answer = await post(agent, {
    sourceCloudAccountId: from.account,
    sourceBucket: bucket,
    sourcePath: from.path,
    destinationCloudAccountId: to.account,
    destinationBucket: bucket,
    destinationPath: to.path,
    allowSkip: false,
    keepSourceTree: true,
  });
  if (!answer.ok) throw new Error(`/transfer/transfer answered ${answer.status}: ${await answer.text()}`);
  return (await begun).TransferId;
}
