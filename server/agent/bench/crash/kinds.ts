// Owns the kinds of transfers that are crashed: how each is started, where it ends up, and which bytes of it are counted.
import { join } from 'node:path';
import { ObjectType } from '@click-kit/contract';
import { type AgentProcess, bodyOf } from '../parts/agent.ts';
import { copyFolder } from '../parts/cloud-copy.ts';
import { startPush } from '../parts/p2p-push.ts';
import type { Relay } from '../parts/relay.ts';
import { startServerTransfer } from '../parts/server-copy.ts';
import { bucket } from '../parts/servers.ts';
import type { Server, SourceName, Stage } from './stage.ts';
import type { Store } from './stores.ts';

export interface Kind {
  readonly name: string;
  readonly source: SourceName;
  /** `folder` is where the copy has to be in the end, and names the transfer in the history. */
  start(agent: AgentProcess, folder: string): Promise<string>;
  readonly target: Store;
  /** Where its bytes pass. */
  readonly legs: readonly { readonly relay: Relay; readonly way: 'toServer' | 'toClient' }[];
}

export function kindsOf(stage: Stage): Kind[] {
  const { from, to, s3, files } = stage;
  const kinds: Kind[] = [
    upload('file to LocalHttp', to, files),
    download('LocalHttp to file', from, stage),
    serverTransfer('server transfer, LocalHttp to LocalHttp', from, to),
    cloudCopy('folder of 200, LocalHttp to LocalHttp', from, to),
    cloudCopy('large and small, LocalHttp to LocalHttp', from, to, 'mixed'),
    download('LocalHttp to file, KeepBoth', keeping(from), stage),
    { ...serverTransfer('server transfer, KeepBoth and verified', proving(from), proving(to)), legs: [into(to)] },
    push('P2P transfer, LocalHttp to LocalHttp', from, to),
  ];
  if (s3 === undefined) return kinds;
  return [
    ...kinds,
    upload('file to S3', s3, files),
    download('S3 to file', s3, stage),
    serverTransfer('server transfer, LocalHttp to S3', from, s3),
    cloudCopy('folder of 200, LocalHttp to S3', from, s3),
    cloudCopy('folder of 200, LocalHttp to S3, KeepBoth', keeping(from), keeping(s3)),
    cloudCopy('large and small, LocalHttp to S3', from, s3, 'mixed'),
  ];
}

/** The same server, through the account whose objects are kept beside their copies. */
const keeping = (server: Server): Server => ({ ...server, account: server.keeping });
/** The same, whose copies are read back, too: what is read for that is not sent again. */
const proving = (server: Server): Server => ({ ...server, account: server.proving });
const into = ({ relay }: Server) => ({ relay, way: 'toServer' }) as const;
const outOf = ({ relay }: Server) => ({ relay, way: 'toClient' }) as const;

const upload = (name: string, to: Server, files: string): Kind => ({
  name,
  source: 'one',
  target: to.store,
  legs: [into(to)],
  async start({ click }, folder) {
    const localFilePath = join(files, 'one', 'source.bin');
    const body = { cloudAccount: { id: to.account }, storageName: bucket, uploadPath: folder, localFilePath, name: folder };
    return (await bodyOf(click.POST('/cloud/upload_object', { body }))).transferId;
  },
});

const download = (name: string, from: Server, { files, local }: Stage): Kind => ({
  name,
  source: 'one',
  target: local,
  legs: [outOf(from)],
  async start({ click }, folder) {
    const place = { cloudAccount: { id: from.account }, storageName: bucket, objectKey: 'one/source.bin', objectType: ObjectType.File };
    const body = { ...place, downloadPath: join(files, folder), name: folder };
    return (await bodyOf(click.POST('/cloud/download_object', { body }))).transferId;
  },
});

const serverTransfer = (name: string, from: Server, to: Server): Kind => ({
  name,
  source: 'one',
  target: to.store,
  legs: [outOf(from), into(to)],
  start: (agent, folder) =>
    startServerTransfer(
      agent,
      { url: from.relay.url, path: 'one/source.bin', accountId: from.account },
      { url: to.relay.url, path: `${folder}/source.bin`, accountId: to.account },
    ),
});

const cloudCopy = (name: string, from: Server, to: Server, source: 'many' | 'mixed' = 'many'): Kind => ({
  name,
  source,
  target: to.store,
  legs: [outOf(from), into(to)],
  start: (agent, folder) => copyFolder(agent, { account: from.account, path: `${source}/` }, { account: to.account, path: `${folder}/` }),
});

/** The bytes go from server to server; the agent that is killed only watches. */
const push = (name: string, from: Server, to: Server): Kind => ({
  name,
  source: 'one',
  target: to.store,
  legs: [into(to)],
  start: (agent, folder) =>
    startPush(agent, {
      sourceAccount: from.account,
      sourcePath: 'one/source.bin',
      targetUrl: to.relay.url,
      targetAccount: to.account,
      targetPath: `${folder}/source.bin`,
    }),
});
