import { execFile } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { artefacts } from './generate/artefacts.ts';
import { root } from './generate/root.ts';

const run = promisify(execFile);
const check = () => run(process.execPath, ['--import', 'tsx', join(root, 'scripts', 'check-generated.ts')], { cwd: root });

it('generated/ is what the contract yields, and an edited file is named', { timeout: 120_000 }, async () => {
  await expect(check()).resolves.toMatchObject({ stdout: expect.stringContaining('generated/ matches the contract') as string });
  // An artefact that nothing imports, so that tests beside this one are not disturbed.
  const file = join(root, 'generated', 'click', 'openapi-3.0.json');
  const original = await readFile(file, 'utf8');
  try {
    await appendFile(file, ' ');
    await expect(check()).rejects.toMatchObject({ stderr: expect.stringContaining('differs  generated/click/openapi-3.0.json') as string });
  } finally {
    await writeFile(file, original);
  }
});

it('the 3.0 projection holds every operation and nothing that 3.0 does not know', { timeout: 120_000 }, async () => {
  const text = (await artefacts()).get('generated/click/openapi-3.0.json') ?? '';
  const projection = JSON.parse(text) as { openapi: string; paths: Record<string, object> };
  const full = JSON.parse((await artefacts()).get('generated/click/openapi.json') ?? '') as { paths: Record<string, object> };
  expect(projection.openapi).toMatch(/^3\.0\./);
  expect(Object.keys(projection.paths)).toEqual(Object.keys(full.paths));
  expect(text).not.toMatch(/"jsonSchemaDialect"|"const":|"type": \[/);
});

it('the role matrix has one row for every operation, and says what its role is', async () => {
  const files = await artefacts();
  const { paths } = JSON.parse(files.get('generated/click/openapi.json') ?? '') as {
    paths: Record<string, Record<string, { operationId: string; 'x-required-role'?: { role: string } }>>;
  };
  const matrix = files.get('docs/role-matrix.md') ?? '';
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    const rows = matrix.split('\n').filter((line) => line.startsWith(`| \`${operation.operationId}\` `));
    expect(rows, operation.operationId).toHaveLength(1);
    const refused = { admin: 2, creative: 1 }[operation['x-required-role']?.role ?? ''] ?? 0;
    expect(rows[0]?.split('`ACCESS`'), operation.operationId).toHaveLength(refused + 1);
  }
});
