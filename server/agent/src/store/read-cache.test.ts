import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from './database.ts';
import { ReadCache } from './read-cache.ts';

it('answers the same object until any row is written, and forgets everything at its limit', () => {
  const directory = mkdtempSync(join(tmpdir(), 'click-read-cache-'));
  const database = openDatabase(join(directory, 'agent.db'));
  onTestFinished(() => {
    database.close();
    rmSync(directory, { recursive: true });
  });
  const cache = new ReadCache<object>(database, 2);
  const first = cache.get('a', () => ({}));
  expect(cache.get('a', () => ({}))).toBe(first);
  database
    .prepare('INSERT INTO accounts (id, name, create_date) VALUES (?, ?, 0)')
    .run('00000000-0000-4000-8000-000000000000', 'Example Org');
  const second = cache.get('a', () => ({}));
  expect(second).not.toBe(first);
  cache.get('b', () => ({}));
  cache.get('c', () => ({}));
  expect(cache.get('a', () => ({}))).not.toBe(second);
});
