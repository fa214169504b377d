// Whole-agent tests of KeepBoth when somebody else is faster: nothing of theirs is replaced, and the copy gets the next number.
import { writeFile } from 'node:fs/promises';
import { ObjectType } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { progressed, recordNotifications } from '../frames.ts';
import { type Direction, type Gate, gate } from '../gate.ts';
import { forGroup } from '../lifetime.ts';
import { sha256 } from '../local-files.ts';
import { bucket, type FaultStage, faultStage, KiB } from './fault-stage.ts';

const size = 2048 * KiB + 5;
const lifetime = forGroup();
let stage: FaultStage;

beforeAll(async () => {
  stage = await faultStage(lifetime);
});

/** An account with KeepBoth, behind a gate that holds in the middle of the transfer. */
async function keepsBoth(direction: Direction): Promise<{ passage: Gate; account: string }> {
  const passage = await gate(stage.server.url, direction, 500 * KiB);
  const account = await stage.accountAt(passage.url);
  await stage.click.POST('/fastrsettings/insert', { body: { CloudAccountId: account, FileExistsAction: 2 } });
  return { passage, account };
}

/** Pauses, lets `meanwhile` happen, resumes, and waits for the end. */
async function interrupted(passage: Gate, transferId: string, meanwhile: () => Promise<unknown>): Promise<void> {
  const notifications = await recordNotifications(stage.running.url);
  const params = { params: { path: { transferId } } };
  const pausing = stage.click.POST('/cloud/client_transfer/{transferId}/pause', params);
  passage.allow(300 * KiB);
  expect((await pausing).response.status).toBe(200);
  await meanwhile();
  passage.release();
  expect((await stage.click.POST('/cloud/client_transfer/{transferId}/resume', params)).response.status).toBe(200);
  await progressed(notifications, transferId, 'Completed');
}

describe('a name that somebody takes while the transfer is paused', () => {
  it('stays theirs at the server, and the upload takes the next number', async () => {
    const { passage, account } = await keepsBoth('to-server');
    const bytes = await stage.files.write('kept.bin', size);
    const transferId = await stage.upload(account, 'kept.bin');
    await passage.holding();
    await interrupted(passage, transferId, () => stage.server.put(bucket, 'up/kept.bin', 'theirs'));
    expect((await stage.server.get(bucket, 'up/kept.bin'))?.toString()).toBe('theirs');
    expect(sha256(await stage.server.get(bucket, 'up/kept (1).bin'))).toBe(sha256(bytes));
    await stage.expectNoDebris();
  });

  it('stays theirs on the disk, and the download takes the next number', async () => {
    const { passage, account } = await keepsBoth('to-client');
    const bytes = await stage.files.write('source.bin', size);
    await stage.server.put(bucket, 'kept.bin', bytes);
    const transferId = await stage.download(account, 'kept.bin', 'down', ObjectType.File);
    await passage.holding();
    await interrupted(passage, transferId, () => writeFile(stage.files.path('down/kept.bin'), 'theirs'));
    expect((await stage.files.read('down/kept.bin')).toString()).toBe('theirs');
    expect(sha256(await stage.files.read('down/kept (1).bin'))).toBe(sha256(bytes));
    await stage.expectNoDebris();
  });
});
