// Owns running Dredd on the 3.0 projection of the contract, and reading what it says about each transaction.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canariesFor, type NamedCanary, schemasOf, vocabularyOf } from '../kit/canary.ts';
import type { JsonObject } from '../kit/contract.ts';
import { deadline } from '../kit/deadline.ts';
import { canaryDocument, type CanaryFinding, serveCanaries, sightOf } from './canary-target.ts';
import { type DreddTransaction, hooksSource, resultsVariable, tokenVariable } from './dredd-hooks.ts';
import type { InstalledTool, Tool } from './installed-tool.ts';
import { startTool, ToolFailed } from './tool-process.ts';

export const dreddTool: Tool = { name: 'Dredd', packageName: 'dredd', version: '14.1.0', bin: 'dredd', flag: '--dredd' };

/** The projection that Dredd can read; it takes 3.1 documents too, and then holds hardly anything against them. */
export const dreddDialect = { openapi: '3.0.3' } as const;

/** 3.0 says of a type that null is allowed too; 2020-12, which the kit's own canaries are written in, has no such keyword. */
const nullable: NamedCanary = { name: 'the keyword nullable', schema: { type: 'string', nullable: true }, good: null, bad: 1 };

export function projectionCanaries(projection: JsonObject): NamedCanary[] {
  const { keywords, formats } = vocabularyOf(schemasOf(projection));
  const ours = canariesFor({ keywords: new Set([...keywords].filter((keyword) => keyword !== 'nullable')), formats });
  return keywords.has('nullable') ? [...ours, nullable] : ours;
}

export interface DreddOptions {
  readonly tool: InstalledTool;
  readonly document: string;
  readonly target: string;
  readonly token?: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export async function runDredd({ tool, document, target, token, deadlineMs, signal }: DreddOptions): Promise<DreddTransaction[]> {
  const folder = await mkdtemp(join(tmpdir(), 'click-dredd-'));
  const [hooks, results] = [join(folder, 'hooks.cjs'), join(folder, 'results.json')];
  const limit = deadline(deadlineMs, signal);
  try {
    await writeFile(hooks, hooksSource);
    const running = startTool({
      script: tool.script,
      // A folder of its own, so that no dredd.yml of the user's takes part.
      cwd: folder,
      args: [document, target, '--hookfiles', hooks, '--loglevel', 'error', '--no-color'],
      env: { [resultsVariable]: results, ...(token !== undefined && { [tokenVariable]: token }) },
      signal: limit.signal,
    });
    await running.ended;
    signal.throwIfAborted();
    if (limit.late()) throw new ToolFailed(`it did not end within ${deadlineMs} ms`);
    return await readResults(results, running.output());
  } finally {
    limit.clear();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Dredd's exit code is 0 for a document that it cannot read; the results of the hooks are what shows that it ran. */
async function readResults(path: string, output: string): Promise<DreddTransaction[]> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as DreddTransaction[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new ToolFailed(`it ended without running anything. It said: ${output.trim().slice(-1000)}`, { cause: error });
  }
}

/** What Dredd sees of each keyword of the projection. */
export async function dreddSight(
  options: Omit<DreddOptions, 'document' | 'target' | 'token'>,
  canaries: readonly NamedCanary[],
): Promise<CanaryFinding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'click-dredd-canaries-'));
  const target = await serveCanaries(canaries);
  try {
    const document = join(folder, 'canaries.json');
    await writeFile(document, JSON.stringify(canaryDocument(canaries, dreddDialect)));
    const transactions = await runDredd({ ...options, document, target: target.url });
    const byPath = new Map(transactions.map((transaction) => [transaction.path, transaction]));
    return await sightOf(canaries, (path) => {
      const transaction = byPath.get(path);
      if (transaction === undefined || transaction.outcome === 'skip') throw new ToolFailed(`it did not ask for the canary ${path}`);
      return transaction.outcome === 'fail';
    });
  } finally {
    await target.close();
    await rm(folder, { recursive: true, force: true });
  }
}
