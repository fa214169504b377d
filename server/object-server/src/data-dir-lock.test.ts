import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../test/fixture.ts';
import { DataDirInUse, lockDataDir } from './data-dir-lock.ts';

test('a directory that is in use is refused, and free again after the release', async () => {
  const directory = await temporaryDirectory();
  const unlock = await lockDataDir(directory);
  await expect(lockDataDir(directory)).rejects.toThrow(DataDirInUse);
  await unlock();
  const unlockAgain = await lockDataDir(directory);
  await unlockAgain();
});

test.each([
  ['a process that is gone', { pid: 2 ** 30, started: '1', token: 'x' }],
  ['an earlier process with the id of a running one', { pid: process.pid, started: 'another time', token: 'x' }],
])('the lock of %s does not stand in the way', async (_, content) => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'object-server.lock'), JSON.stringify(content));
  const unlock = await lockDataDir(directory);
  await expect(lockDataDir(directory)).rejects.toThrow(DataDirInUse);
  await unlock();
});

test('of many starters at once exactly one gets the directory', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'object-server.lock'), JSON.stringify({ pid: 2 ** 30, started: '1', token: 'x' }));
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(directory)));
  const winners = results.filter((result) => result.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  await winners[0]?.value();
});
