// Owns the story of a folder that is copied from cloud to cloud, with its tree and without, and of what is skipped (transfer.md, Transfer).
import {
  afterCopy,
  arrived,
  type Copy,
  copyState,
  keysBelow,
  startCopy,
  states,
  type TransferRecord,
} from '../../src/kit/cloud-transfers.ts';
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { scenario } from '../../src/kit/scenario.ts';
import type { Storage } from '../../src/kit/storage.ts';
import { stored } from '../../src/kit/transfers.ts';

interface Folder extends Pick<Copy, 'sourcePath' | 'destinationPath'> {
  readonly api: Api;
  readonly storage: Storage;
}

/** Objects of a folder, and one beside it whose key begins alike. */
async function givenFolder({ given, name }: Context, keys: readonly string[]): Promise<Folder> {
  const [api, storage] = [await given.session(), await given.storage()];
  const folder = name('tree');
  for (const [index, key] of keys.entries()) await stored(storage, `${folder}/${key}`, given.bytes(100 + index));
  await stored(storage, `${folder}-beside/x.bin`, given.bytes(1));
  return { api, storage, sourcePath: `${folder}/`, destinationPath: `${name('to')}/` };
}

/** The record, once all objects are there. */
async function copied(context: Context, { api, storage, ...paths }: Folder, flags: Partial<Copy>): Promise<TransferRecord> {
  await startCopy(context, api, { source: storage, target: storage, ...paths, ...flags });
  return await copyState(context, api, paths.destinationPath, [states.completed]);
}

const keys = ['a.bin', 'deep/b.bin', 'deep/er/c.bin'];

export const scenarios = [
  scenario(
    'transfer.folder.keeps-the-tree',
    {
      title: 'A transfer of a folder keeps its tree below the destination path when keepSourceTree says so',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer'],
      proves: ['TRANSFER-COPY-002', 'TRANSFER-COPY-003'],
    },
    async (context) => {
      const { given, expect } = context;
      const folder = await givenFolder(context, keys);
      const { api, storage, ...paths } = folder;
      await startCopy(context, api, { source: storage, target: storage, ...paths, keepSourceTree: true });
      // Whether the folder itself is a part of its tree is not stated: both are right.
      const found = await context.eventually({
        rule: 'all objects of the folder are at the destination',
        read: () => keysBelow(storage, paths.destinationPath),
        fits: (there) => there.length >= keys.length,
      });
      const below = found.map((key) => key.replace(paths.sourcePath, ''));
      expect.equal(below, keys, 'each object is in the folder where it was, and nothing else is there');
      for (const [index, key] of keys.entries())
        await arrived(context, storage, paths.destinationPath + (found[index] ?? key), given.bytes(100 + index));
    },
  ),
  scenario(
    'transfer.folder.flattened',
    {
      title: 'A transfer of a folder puts all objects side by side without keepSourceTree, and counts them',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      level: 'SHOULD',
      proves: ['TRANSFER-COPY-004', 'TRANSFER-RECORD-002'],
    },
    async (context) => {
      const { expect } = context;
      const folder = await givenFolder(context, keys);
      const record = await copied(context, folder, {});
      expect.equal(await keysBelow(folder.storage, folder.destinationPath), ['a.bin', 'b.bin', 'c.bin'], 'the objects have no folders');
      expect.equal([record.total, record.transferred], [3, 3], 'the record counts three objects');
      expect.equal(record.totalSize, 303, '`totalSize` is the sum of their sizes');
    },
  ),
  scenario(
    'transfer.folder.same-names',
    {
      title: 'Of two objects of one name that are flattened, the later one fails and is counted',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      level: 'INFO',
    },
    async (context) => {
      const { expect, given } = context;
      const { api, storage, ...paths } = await givenFolder(context, ['one/same.bin', 'two/same.bin']);
      await startCopy(context, api, { source: storage, target: storage, ...paths });
      const record = await copyState(context, api, paths.destinationPath, [states.error]);
      expect.equal([record.total, record.transferred, record.failed], [2, 1, 1], 'one is copied, one has failed');
      await arrived(context, storage, `${paths.destinationPath}same.bin`, given.bytes(100));
    },
  ),
  scenario(
    'transfer.skip.newer-at-the-destination',
    {
      title: 'allowSkip leaves a newer version at the destination alone, and copies what is missing there',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer'],
      proves: ['TRANSFER-COPY-005'],
    },
    async (context) => {
      const { given, expect } = context;
      const { api, storage, ...paths } = await givenFolder(context, ['a.bin', 'b.bin']);
      const newer = given.bytes(55);
      await storage.objects.put(storage.target, `${paths.destinationPath}a.bin`, newer);
      await startCopy(context, api, { source: storage, target: storage, ...paths, allowSkip: true });
      await arrived(context, storage, `${paths.destinationPath}b.bin`, given.bytes(101));
      expect.equal(
        await storage.objects.sha256(storage.target, `${paths.destinationPath}a.bin`),
        sha256(newer),
        'the newer version is still there',
      );
    },
  ),
  scenario(
    'transfer.skip.counted',
    {
      title: 'What is skipped is counted as skipped, and the transfer is Completed',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      level: 'SHOULD',
      proves: ['TRANSFER-RECORD-006'],
    },
    async (context) => {
      const { given, expect } = context;
      const folder = await givenFolder(context, ['a.bin', 'b.bin']);
      await folder.storage.objects.put(folder.storage.target, `${folder.destinationPath}a.bin`, given.bytes(55));
      const record = await copied(context, folder, { allowSkip: true });
      expect.equal([record.total, record.transferred, record.skipped], [2, 1, 1], 'one of two is skipped, one copied');
    },
  ),
  scenario(
    'transfer.skip.not-allowed',
    {
      title: 'Without allowSkip a newer version at the destination is replaced',
      controller: 'Transfer',
      after: afterCopy,
      operations: ['startTransfer', 'getAllTransfers'],
      level: 'SHOULD',
      proves: ['TRANSFER-COPY-010'],
    },
    async (context) => {
      const { given } = context;
      const folder = await givenFolder(context, ['a.bin']);
      await folder.storage.objects.put(folder.storage.target, `${folder.destinationPath}a.bin`, given.bytes(55));
      await copied(context, folder, {});
      await arrived(context, folder.storage, `${folder.destinationPath}a.bin`, given.bytes(100));
    },
  ),
];
