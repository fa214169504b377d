// Owns the check of SHA-256 that follows a transfer (fastr_settings.md, VerifyChecksum): a copy that was damaged on its way is found out.
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { putInForce, storageWith } from '../../src/kit/fastr-settings.ts';
import { faultyStorage, isRead, isWrite, once, wholeOrNoFile, wholeOrNoObject } from '../../src/kit/faulty-storage.ts';
import { pageOf } from '../../src/kit/paging.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterDownload, afterUpload, clientState, download, stored, upload } from '../../src/kit/transfers.ts';

const common = { controller: 'FastrSettings', proves: ['FASTR-EFFECT-004'] } as const;

/** The field in which this contract tells what was proven of a copy. */
async function verificationOf(context: Context, api: Api, name: string): Promise<unknown> {
  const { data } = pageOf(await api.ok('getAllTransferHistory', { query: { pagesize: 100 } }), context.expect);
  const record = data.find(({ destinationPath }) => String(destinationPath).endsWith(name));
  return (record as Readonly<Record<string, unknown>> | undefined)?.verification;
}

export const scenarios = [
  scenario(
    'fastr-settings.verify-checksum.upload',
    {
      ...common,
      title: 'With VerifyChecksum an upload that was damaged on its way is not completed',
      after: afterUpload,
      operations: ['insertFastrSettings', 'uploadObject', 'getClientTransferStatus'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, file] = [await given.session(), await given.file(`${name('file')}.bin`, 5000)];
      const storage = await faultyStorage(context, once(isWrite, { flip: 'request' }));
      await putInForce(context, api, storage, { VerifyChecksum: true });
      await wholeOrNoObject(context, api, await upload(context, api, storage, file), { storage, file });
      expect.equal(storage.relay.mishaps(), 1, 'one byte was changed on its way');
    },
  ),
  scenario(
    'fastr-settings.verify-checksum.download',
    {
      ...common,
      title: 'With VerifyChecksum a download that was damaged on its way is not completed',
      after: afterDownload,
      operations: ['insertFastrSettings', 'downloadObject', 'getClientTransferStatus'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, folder, key] = [await given.session(), await given.folder(), `${name('object')}.bin`];
      const storage = await faultyStorage(
        context,
        once((request) => isRead(request, key), { flip: 'answer' }),
      );
      await putInForce(context, api, storage, { VerifyChecksum: true });
      const bytes = given.bytes(5000);
      await stored(storage, key, bytes);
      const transferId = await download(context, api, storage, { key, folder });
      await wholeOrNoFile(context, api, transferId, { folder, name: key, versions: [bytes] });
      expect.equal(storage.relay.mishaps(), 1, 'one byte was changed on its way');
    },
  ),
  scenario(
    'transfer-history.record.verification',
    {
      title: 'A record says what was proven of the copy: its SHA-256 with VerifyChecksum, something less without',
      controller: 'TransferHistory',
      after: afterUpload,
      operations: ['insertFastrSettings', 'uploadObject', 'getClientTransferStatus', 'getAllTransferHistory'],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      for (const [VerifyChecksum, wanted] of [
        [true, ['sha256']],
        [false, ['size', 'chunks', 'object']],
      ] as const) {
        const storage = await storageWith(context, api, { VerifyChecksum });
        const file = await given.file(`${name(VerifyChecksum ? 'with' : 'without')}.bin`, 800);
        await clientState(context, api, await upload(context, api, storage, file), ['completed']);
        expect.oneOf(await verificationOf(context, api, file.name), wanted, `\`verification\` is ${wanted.join(' or ')}`);
      }
    },
  ),
];
