import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  bin: Record<string, string>;
};

async function sourceFiles(): Promise<string[]> {
  const folders = await Promise.all(
    ['src', 'cases', 'scenarios'].map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  return folders.flat().filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('testing/'));
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

describe('the package', () => {
  it('brings every package that its sources import', async () => {
    const imported = new Set<string>();
    for (const file of await sourceFiles()) {
      for (const [, specifier = ''] of (await readFile(join(root, file), 'utf8')).matchAll(
        /^(?:import|export)\b[^;]*?from '([^'.][^']*)';/gm,
      ))
        if (!isBuiltin(specifier)) imported.add(packageOf(specifier));
    }
    expect([...imported].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  it('holds the command, the checks, the register and the published schema, and neither tests nor maps', async () => {
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [report] = JSON.parse(packed) as [{ files: { path: string }[] }];
    const paths = report.files.map(({ path }) => path);
    const expected = (await sourceFiles()).map((file) => `dist/${file.replace(/\.ts$/, '.js')}`);
    expect(paths).toEqual(expect.arrayContaining([...expected, 'schema/result.schema.json', 'requirements/authentication.yaml']));
    expect(paths).toContain(manifest.bin['click-conformance']?.replace(/^\.\//, ''));
    expect(paths.filter((path) => /\.test\.|\.map$|\.tsbuildinfo$|\/testing\//.test(path))).toEqual([]);
  });
});
