// Owns the bench of the fault tests of Google Drive: a fake, a provider that talks to it, and an upload of three chunks and a bit.
import { CloudType } from '@click-kit/contract';
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { myDrive } from '../googledrive-drives.ts';
import { googleDriveProvider } from '../googledrive.ts';
import type { UploadRequest } from '../provider.ts';
import { googleDriveServer } from './googledrive-server.ts';
import type { Fixture } from './provider-tools.ts';

export const account = { cloudType: CloudType.GoogleDrive, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };
export const chunk = 256 * 1024;
export const multipart = /uploadType=multipart/;
export const root = 'root-of-my-drive';

export async function bench() {
  const server = await googleDriveServer();
  onTestFinished(async () => server[Symbol.asyncDispose]());
  const provider = googleDriveProvider({ ...account, tokens: server.tokens() });
  const fixture: Fixture = { provider, stranger: provider, bucket: myDrive, chunkSize: chunk, close: async () => undefined };
  const bytes = randomBytes(chunk * 3 + 5);
  const request: UploadRequest = { bucket: myDrive, key: 'a/file.bin', size: bytes.length, chunkSize: chunk, contentType: '' };
  return { server, provider, fixture, bytes, request };
}
