import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../test/fixture.ts';
import { readProgress, writeProgress } from './upload-progress.ts';

test('the latest record counts', async () => {
  const path = join(await temporaryDirectory(), 'progress');
  for (const sequence of [0, 1, 2, 3]) await writeProgress(path, { offset: sequence * 10, touchedAt: 5 + sequence, sequence });
  expect(await readProgress(path)).toEqual({ offset: 30, touchedAt: 8, sequence: 3 });
});

test('a torn record falls back to the one before it', async () => {
  const path = join(await temporaryDirectory(), 'progress');
  for (const sequence of [0, 1, 2]) await writeProgress(path, { offset: sequence * 10, touchedAt: 5, sequence });
  const handle = await open(path, 'r+');
  await handle.write(Buffer.from('torn'), 0, 4, 4);
  await handle.close();
  expect(await readProgress(path)).toEqual({ offset: 10, touchedAt: 5, sequence: 1 });
});
