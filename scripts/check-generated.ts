// `npm run generate:check`: fails when generated/ is not what the contract yields today.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { artefacts } from './generate/artefacts.ts';
import { root } from './generate/root.ts';

const files = await artefacts();
const drift: string[] = [];
for (const [name, content] of files) {
  const present = await readFile(join(root, 'generated', name), 'utf8').catch(() => undefined);
  if (present === undefined) drift.push(`missing  generated/${name}`);
  else if (present !== content) drift.push(`differs  generated/${name}`);
}
for (const directory of ['click', 'object-server', 'src']) {
  for (const name of await readdir(join(root, 'generated', directory)).catch(() => [])) {
    if (!files.has(`${directory}/${name}`)) drift.push(`stale    generated/${directory}/${name}`);
  }
}
if (drift.length > 0) {
  console.error([...drift, 'generated/ does not match the contract. Run `npm run generate` and commit the result.'].join('\n'));
  process.exitCode = 1;
} else {
  console.log(`generated/ matches the contract (${files.size} files)`);
}
