// Owns Prism's validation proxy: starting it in front of a target, and reading what it says about each answer.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NamedCanary } from '../kit/canary.ts';
import type { HttpClient } from '../kit/http-client.ts';
import { canaryDocument, type CanaryFinding, type Dialect, serveCanaries, sightOf } from './canary-target.ts';
import type { InstalledTool, Tool } from './installed-tool.ts';
import { startTool } from './tool-process.ts';

export const prism: Tool = {
  name: 'Prism',
  packageName: '@stoplight/prism-cli',
  version: '5.14.2',
  bin: 'prism',
  flag: '--prism',
};

/** The whole bundle is read and its schemas are compiled before Prism listens. */
const readyDeadlineMs = 60_000;
export const violationsHeader = 'sl-violations';

export interface PrismProxy {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface PrismOptions {
  readonly tool: InstalledTool;
  readonly document: string;
  readonly upstream: string;
  readonly signal: AbortSignal;
}

export async function startPrism({ tool, document, upstream, signal }: PrismOptions): Promise<PrismProxy> {
  const args = ['proxy', document, upstream, '--host', '127.0.0.1', '--port', '0', '--verboseLevel', 'info'];
  const running = startTool({ script: tool.script, args, cwd: tmpdir(), signal });
  try {
    const [, url = ''] = await running.said(/listening on (http:\/\/[\d.]+:\d+)/, readyDeadlineMs);
    return { url, stop: running.stop };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

export interface PrismViolation {
  readonly location: readonly string[];
  readonly message: string;
}

/** Prism cuts the header off when it gets long, and says so in front of it: what is left is no JSON. */
export function violationsOf(headers: Readonly<Record<string, string>>): PrismViolation[] {
  const header = headers[violationsHeader];
  if (header === undefined) return [];
  try {
    const list = JSON.parse(header) as readonly { location?: readonly (string | number)[]; message?: string }[];
    return list.map(({ location = [], message = '' }) => ({ location: location.map(String), message }));
  } catch (error) {
    if (error instanceof SyntaxError) return [{ location: ['response'], message: header.slice(0, 300) }];
    throw error;
  }
}

export const ofResponse = ({ location }: PrismViolation): boolean => location[0] === 'response';

/** What Prism sees when it reads the canaries in the dialect of the contract. */
export async function prismSight(
  tool: InstalledTool,
  canaries: readonly NamedCanary[],
  { dialect, http, signal }: { readonly dialect: Dialect; readonly http: HttpClient; readonly signal: AbortSignal },
): Promise<CanaryFinding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'click-prism-'));
  const target = await serveCanaries(canaries);
  try {
    const document = join(folder, 'canaries.json');
    await writeFile(document, JSON.stringify(canaryDocument(canaries, dialect)));
    const proxy = await startPrism({ tool, document, upstream: target.url, signal });
    try {
      return await sightOf(canaries, async (path) => {
        const { headers } = await http.send({ method: 'GET', url: new URL(path, proxy.url).href, signal });
        return violationsOf(headers).some(ofResponse);
      });
    } finally {
      await proxy.stop();
    }
  } finally {
    await target.close();
    await rm(folder, { recursive: true, force: true });
  }
}
