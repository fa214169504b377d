// Owns what a server that redirects to another one gets the agent to do: the keys of the account stay where they belong.
import { signUrl } from '@click-kit/object-server';
import { faultyStorage, isChange, wholeOrNoFile } from '../../src/kit/faulty-storage.ts';
import { startRequestLog } from '../../src/kit/request-log.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterDownload, afterUpload, clientState, download, stored, upload } from '../../src/kit/transfers.ts';

const common = { controller: 'Cloud', level: 'SHOULD', proves: ['CLOUD-CTFAULT-007'] } as const;
const hourMs = 3_600_000;

export const scenarios = [
  scenario(
    'cloud.download.redirected',
    {
      ...common,
      title: 'A download that is redirected to another server does not send it the keys of the account',
      after: afterDownload,
      operations: ['downloadObject', 'getClientTransferStatus'],
    },
    async (context) => {
      const { given, expect, info, name, cleanUp } = context;
      const [api, other, folder] = [await given.session(), await given.storage(), await given.folder()];
      const elsewhere = await startRequestLog(other.url);
      cleanUp(`relay ${elsewhere.url}`, () => elsewhere.close());
      const [bytes, key] = [given.bytes(5000), `${name('object')}.bin`];
      await stored(other, key, bytes);
      const { source: bucket, accessKey, secretKey } = other;
      const expires = Math.floor((Date.now() + hourMs) / 1000);
      const location = signUrl({ url: elsewhere.url, method: 'GET', bucket, key, expires, accessKey, secretKey });
      const isOurs = (path: string): boolean => path.endsWith(`/${key}`);
      const storage = await faultyStorage(context, ({ path }) => (isOurs(path) ? { status: 307, headers: { location } } : undefined));
      const transferId = await download(context, api, storage, { key, folder });
      const { status } = await wholeOrNoFile(context, api, transferId, { folder, name: key, versions: [bytes] });
      expect.that(storage.relay.mishaps() > 0, 'the server has redirected');
      expect.that(!elsewhere.requests.some(({ signed }) => signed), 'no request brings the other server credentials', elsewhere.requests);
      info.equal(status, 'completed', 'the redirect, which brings a permission of its own, is followed');
    },
  ),
  scenario(
    'cloud.upload.redirected',
    {
      ...common,
      title: 'An upload that is redirected to another server does not send it the keys of the account',
      after: afterUpload,
      operations: ['uploadObject', 'getClientTransferStatus'],
    },
    async (context) => {
      const { given, expect, name, cleanUp } = context;
      const [api, other, file] = [await given.session(), await given.storage(), await given.file(`${name('file')}.bin`, 5000)];
      const elsewhere = await startRequestLog(other.url);
      cleanUp(`relay ${elsewhere.url}`, () => elsewhere.close());
      const location = `${elsewhere.url}/${other.target}/elsewhere/${file.name}`;
      const storage = await faultyStorage(context, (request) => (isChange(request) ? { status: 307, headers: { location } } : undefined));
      const transferId = await upload(context, api, storage, file);
      const { status } = await clientState(context, api, transferId, ['completed', 'failed']);
      expect.that(storage.relay.mishaps() > 0, 'the server has redirected');
      expect.that(!elsewhere.requests.some(({ signed }) => signed), 'no request brings the other server credentials', elsewhere.requests);
      const found = await storage.objects.list(storage.target, `elsewhere/${file.name}`);
      expect.equal([status, found], ['failed', []], 'the transfer fails, since without them the other server takes nothing');
    },
  ),
];
