// `npm run generate`: the only writer of generated/, and of what is generated in docs/.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { artefacts, generatedFolders } from './generate/artefacts.ts';
import { root } from './generate/root.ts';

const started = performance.now();
const files = await artefacts();
for (const folder of generatedFolders) {
  const present = await readdir(join(root, folder)).catch(() => []);
  for (const name of present) if (!files.has(`${folder}/${name}`)) await rm(join(root, folder, name));
}
for (const [name, content] of files) {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
console.log(`generated ${files.size} files in ${((performance.now() - started) / 1000).toFixed(1)} s`);
