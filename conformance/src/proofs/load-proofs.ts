// Owns finding the proofs: every table there is, next to the compiled or the written source, and what the contract implies.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Contract } from '../kit/contract.ts';
import { derivedProofs } from './derived-proofs.ts';
import type { Proof } from './fault.ts';

const folder = fileURLToPath(new URL('../../proofs', import.meta.url));
const ending = import.meta.url.endsWith('.ts') ? '.proofs.ts' : '.proofs.js';

export async function loadProofs(contract: Contract): Promise<Proof[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
  if (files.length === 0) throw new Error(`There is no ${ending} file in ${folder}: the package is incomplete.`);
  const proofs: Proof[] = [];
  for (const file of files) {
    const module = (await import(pathToFileURL(join(folder, file)).href)) as { proofs?: readonly Proof[] };
    if (module.proofs === undefined || module.proofs.length === 0) throw new Error(`${file} exports no proofs.`);
    proofs.push(...module.proofs);
  }
  proofs.push(...derivedProofs(contract));
  const doubles = proofs.filter(({ id }, index) => proofs.findIndex((other) => other.id === id) !== index);
  if (doubles.length > 0) throw new Error(`Two proofs are called ${doubles[0]?.id}.`);
  return proofs;
}
