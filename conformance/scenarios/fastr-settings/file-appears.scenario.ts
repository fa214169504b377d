// Owns what becomes of a file or an object that appears at the target while a transfer to it is paused (fastr_settings.md, FileExistsAction).
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { putInForce } from '../../src/kit/fastr-settings.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { scenario } from '../../src/kit/scenario.ts';
import {
  afterDownload,
  afterUpload,
  clientState,
  download,
  severalChunks,
  stored,
  throttled,
  upload,
  whilePaused,
} from '../../src/kit/transfers.ts';

const keepBoth = { FileExistsAction: 2 } as const;
const operations = ['insertFastrSettings', 'pauseClientTransfer', 'resumeClientTransfer', 'getClientTransferStatus'] as const;
const common = { controller: 'FastrSettings', level: 'SHOULD', proves: ['FASTR-EFFECT-009'] } as const;

export const scenarios = [
  scenario(
    'fastr-settings.file-exists.appears-while-downloading',
    {
      ...common,
      title: 'With KeepBoth (2) a file that appears while its download is paused is left as it is',
      after: [...afterUpload, ...afterDownload],
      operations: ['downloadObject', ...operations],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage, folder] = [await given.session(), await given.storage(throttled), await given.folder()];
      await putInForce(context, api, storage, keepBoth);
      const [others, bytes] = [given.bytes(300), given.bytes(severalChunks)];
      const key = await stored(storage, `${name('object')}.bin`, bytes);
      const transferId = await download(context, api, storage, { key, folder });
      await whilePaused(context, api, storage, transferId, () => writeFile(join(folder, key), others));
      const { status } = await clientState(context, api, transferId, ['completed', 'failed']);
      expect.equal(sha256(await readFile(join(folder, key))), sha256(others), 'the file that appeared is as it was (SHA-256)');
      const files = await readdir(folder);
      const sums = await Promise.all(files.map(async (file) => sha256(await readFile(join(folder, file)))));
      expect.that(status === 'failed' || sums.includes(sha256(bytes)), 'the object stands beside it, or the transfer has failed', files);
    },
  ),
  scenario(
    'fastr-settings.file-exists.appears-while-uploading',
    {
      ...common,
      title: 'With KeepBoth (2) an object that appears while an upload to its key is paused is left as it is',
      after: afterUpload,
      operations: ['uploadObject', ...operations],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, storage] = [await given.session(), await given.storage(throttled)];
      const file = await given.file(`${name('file')}.bin`, severalChunks);
      await putInForce(context, api, storage, keepBoth);
      const others = given.bytes(300);
      const [folder, key] = [name('folder'), `${name('folder')}/${file.name}`];
      const transferId = await upload(context, api, storage, file, folder);
      await whilePaused(context, api, storage, transferId, () => storage.objects.put(storage.target, key, others));
      const { status } = await clientState(context, api, transferId, ['completed', 'failed']);
      expect.equal(await storage.objects.sha256(storage.target, key), sha256(others), 'the object that appeared is as it was (SHA-256)');
      const keys = (await storage.objects.list(storage.target, `${folder}/`)).map((object) => object.key);
      const sums = await Promise.all(keys.map((found) => storage.objects.sha256(storage.target, found)));
      expect.that(status === 'failed' || sums.includes(file.sha256), 'the upload stands beside it, or has failed', keys);
    },
  ),
];
