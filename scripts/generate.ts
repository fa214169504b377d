// `npm run generate`: the only writer of generated/.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { artefacts } from './generate/artefacts.ts';
import { root } from './generate/root.ts';

const started = performance.now();
const files = await artefacts();
for (const directory of ['click', 'object-server', 'src']) {
  const present = await readdir(join(root, 'generated', directory)).catch(() => []);
  for (const name of present) if (!files.has(`${directory}/${name}`)) await rm(join(root, 'generated', directory, name));
}
for (const [name, content] of files) {
  const path = join(root, 'generated', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
console.log(`generated ${files.size} files in ${((performance.now() - started) / 1000).toFixed(1)} s`);
