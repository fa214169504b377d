// `npm run generate:check`: fails when what is generated is not what the contract yields today.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { artefacts, generatedFolders } from './generate/artefacts.ts';
import { root } from './generate/root.ts';

const files = await artefacts();
const drift: string[] = [];
for (const [name, content] of files) {
  const present = await readFile(join(root, name), 'utf8').catch(() => undefined);
  if (present === undefined) drift.push(`missing  ${name}`);
  else if (present !== content) drift.push(`differs  ${name}`);
}
for (const folder of generatedFolders) {
  for (const name of await readdir(join(root, folder)).catch(() => [])) {
    if (!files.has(`${folder}/${name}`)) drift.push(`stale    ${folder}/${name}`);
  }
}
if (drift.length > 0) {
  console.error([...drift, 'What is generated does not match the contract. Run `npm run generate` and commit the result.'].join('\n'));
  process.exitCode = 1;
} else {
  console.log(`generated/ matches the contract (${files.size} files)`);
}
