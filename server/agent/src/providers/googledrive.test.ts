import { CloudType } from '@click-kit/contract';
import { myDrive } from './googledrive-drives.ts';
import { googleDriveProvider } from './googledrive.ts';
import { googleDriveServer } from './testing/googledrive-server.ts';
import { describeProvider } from './testing/provider-contract.ts';
import type { Fixture } from './testing/provider-tools.ts';

const account = { cloudType: CloudType.GoogleDrive, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };

async function startDrive(shared: string): Promise<Fixture> {
  const server = await googleDriveServer();
  if (shared !== '') server.store.addDrive(shared);
  return {
    provider: googleDriveProvider({ ...account, tokens: server.tokens() }),
    stranger: googleDriveProvider({ ...account, tokens: server.tokens(true) }),
    bucket: shared === '' ? myDrive : shared,
    chunkSize: 256 * 1024,
    behind: { origin: server.url, provider: (apiUrl) => googleDriveProvider({ ...account, tokens: { ...server.tokens(), apiUrl } }) },
    close: async () => server[Symbol.asyncDispose](),
  };
}

const noUrls = 'Google Drive signs no addresses; googledrive-faults.test.ts has the refusal';
const skips = {
  sweep: 'unfinished uploads cannot be listed: they expire',
  administration: 'drives are made in Google Drive itself',
  signedGet: noUrls,
  signedPut: noUrls,
  signedType: noUrls,
};
describeProvider('Google Drive', () => startDrive(''), { skips });
describeProvider('Google Drive, in a shared drive', () => startDrive('Team'), { skips });
