// Whole-agent tests of a download to a file system that does not tell names apart by case (vfat): the first object stays, the other is counted.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObjectType } from '@click-kit/contract';
import { bodyOf } from '../answers.ts';
import { forGroup } from '../lifetime.ts';
import { bucket, type FaultStage, faultStage, KiB } from './fault-stage.ts';

const lifetime = forGroup();
let stage: FaultStage;

/** Needs root, mkfs.vfat, and a kernel that has vfat and loop devices. */
const scratch = mkdtempSync(join(tmpdir(), 'click-test-vfat-'));
const disk = join(scratch, 'disk');
const done = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

function mountVfat(): boolean {
  const image = join(scratch, 'image');
  mkdirSync(disk);
  writeFileSync(image, Buffer.alloc(8 * 1024 * KiB));
  return process.getuid?.() === 0 && done('mkfs.vfat', image) && done('mount', '-o', 'loop,iocharset=utf8', image, disk);
}
const mounted = mountVfat();

beforeAll(async () => {
  stage = await faultStage(lifetime);
});
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(scratch, { recursive: true });
});

const why = mounted ? '' : ' (not tried: no vfat file system can be made and mounted here)';
describe.skipIf(!mounted)(`a folder on vfat${why}`, () => {
  const download = async (folder: string): Promise<string> => {
    const body = {
      cloudAccount: { id: stage.account },
      storageName: bucket,
      objectKey: folder,
      downloadPath: disk,
      objectType: ObjectType.Directory,
    };
    return (await bodyOf(stage.click.POST('/cloud/download_object', { body }))).transferId;
  };

  it('keeps the first of two objects whose names differ in case, and the other fails with the reason', async () => {
    await stage.server.put(bucket, 'clash/Photo.bin', Buffer.alloc(70 * KiB, 1));
    await stage.server.put(bucket, 'clash/photo.bin', Buffer.alloc(80 * KiB, 2));
    const message = await stage.run('Failed', () => download('clash'));
    expect(message).toMatch(/^1 of 2 objects .*"clash\/Photo\.bin", has the same name to the target/);
    expect(await readdir(join(disk, 'clash'))).toEqual(['Photo.bin']);
    expect((await readFile(join(disk, 'clash', 'Photo.bin'))).equals(Buffer.alloc(70 * KiB, 1))).toBe(true);
  });

  it('takes the others when one has a name that vfat does not take', async () => {
    for (const name of ['a:b', 'good']) await stage.server.put(bucket, `colon/${name}`, 'some bytes');
    const message = await stage.run('Failed', () => download('colon'));
    expect(message).toMatch(/^1 of 2 objects .*does not take/);
    expect(await readdir(join(disk, 'colon'))).toEqual(['good']);
  });
});
