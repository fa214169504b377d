// Whole-agent tests of a disk that fills up on the way, on a small file system of its own: the transfer says so, and its part file goes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf } from '../answers.ts';
import { ObjectType } from '@click-kit/contract';
import { gate } from '../gate.ts';
import { forGroup } from '../lifetime.ts';
import { bucket, type FaultStage, faultStage, KiB } from './fault-stage.ts';

const size = 3 * 1024 * KiB;
const room = 6 * 1024 * KiB;
const lifetime = forGroup();
let stage: FaultStage;

/** A tmpfs needs root, and a machine that lets root mount: a container often does not. */
const disk = mkdtempSync(join(tmpdir(), 'click-test-disk-'));
const mounted = process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${room}`, 'tmpfs', disk]).status === 0;

beforeAll(async () => {
  stage = await faultStage(lifetime);
});
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmdirSync(disk);
});

describe.skipIf(!mounted)(`a disk that is full${mounted ? '' : ' (not tried: this user may not mount a small file system)'}`, () => {
  const download = async (accountId: string): Promise<string> => {
    const body = {
      cloudAccount: { id: accountId },
      storageName: bucket,
      objectKey: 'large.bin',
      downloadPath: disk,
      objectType: ObjectType.File,
    };
    return (await bodyOf(stage.click.POST('/cloud/download_object', { body }))).transferId;
  };

  it('in the middle of a download fails it with the reason, and its part file goes', async () => {
    await stage.server.put(bucket, 'large.bin', await stage.files.write('large.bin', size));
    const passage = await gate(stage.server.url, 'to-client', 500 * KiB);
    const account = await stage.accountAt(passage.url);
    const message = await stage.run('Failed', async () => {
      const transferId = await download(account);
      await passage.holding();
      await writeFile(join(disk, 'filler'), Buffer.alloc(room)).catch(() => undefined);
      passage.release();
      return transferId;
    });
    expect(message).toMatch(/large\.bin cannot be written: no space left on the disk/);
    await expect.poll(() => readdir(disk), { timeout: 10_000 }).toEqual(['filler']);
  });

  it('from the start is noticed before the first byte, and the message tells how much is missing', async () => {
    const message = await stage.run('Failed', () => download(stage.account));
    expect(message).toMatch(new RegExp(`large\\.bin cannot be written: .*${size} bytes|no space left`));
    expect(await readdir(disk)).toEqual(['filler']);
  });
});
