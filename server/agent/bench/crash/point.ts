// Owns one point of the table: a transfer, a kill -9 in its middle, a new start, and what came of it.
import { setTimeout as pause } from 'node:timers/promises';
import { type AgentProcess, bodyOf } from '../parts/agent.ts';
import type { Kind } from './kinds.ts';
import type { Stage } from './stage.ts';

export interface Course {
  /** Milliseconds that a run without a crash takes. */
  readonly ms: number;
  /** Bytes that pass each leg without a crash, headers and all. */
  readonly bytes: readonly number[];
}

export interface Point {
  /** The kill came while the transfer ran. */
  readonly inTime: boolean;
  readonly lost: string | undefined;
  /** Other bytes than the source in the end, or anything but nothing or all of it right after the kill. */
  readonly wrong: boolean;
  readonly debris: readonly string[];
  /** For each kill, more than without a crash, on the leg with the most. */
  readonly resentBytes: number;
}

const deadlineMs = 180_000;
const debrisMs = 15_000;

/** The state of a transfer, as the history tells it: 'completed', a message, or undefined while it goes on. */
async function endOf(agent: AgentProcess, folder: string): Promise<string | undefined> {
  const { data } = await bodyOf(agent.click.GET('/transferhistory/get_all', { params: { query: { pagesize: 20 } } }));
  const record = data.find(({ name, destinationPath }) => name === folder || destinationPath?.startsWith(`${folder}/`));
  if (record === undefined) return undefined;
  return record.transferStatus === 4 ? 'completed' : (record.errorMessage ?? `status ${record.transferStatus}`);
}

async function waitForEnd(agent: AgentProcess, folder: string): Promise<string | undefined> {
  for (const deadline = performance.now() + deadlineMs; performance.now() < deadline; await pause(50)) {
    const end = await endOf(agent, folder);
    if (end !== undefined) return end;
  }
  return undefined;
}

async function debrisOf({ target }: Kind, stage: Stage): Promise<readonly string[]> {
  const look = async (): Promise<string[]> => [...new Set([...(await target.debris()), ...(await stage.local.debris())])];
  let found = await look();
  for (const deadline = performance.now() + debrisMs; found.length > 0 && performance.now() < deadline; found = await look())
    await pause(100);
  return found;
}

const passed = ({ legs }: Kind): number[] => legs.map(({ relay, way }) => relay.counted[way]);

/** How long a transfer of this kind takes, and what it sends, when nobody interrupts it. */
export async function undisturbed(kind: Kind, agent: AgentProcess, stage: Stage, folder: string): Promise<Course> {
  for (const { relay } of kind.legs) relay.reset();
  const started = performance.now();
  await agent.frames.completed(await kind.start(agent, folder));
  const ms = performance.now() - started;
  const bytes = passed(kind);
  if ((await kind.target.fingerprint(folder)) !== stage.wanted[kind.source]) throw new Error(`${kind.name}: wrong even without a crash`);
  await kind.target.clear(folder);
  return { ms, bytes };
}

export interface Crash {
  readonly kind: Kind;
  readonly course: Course;
  readonly folder: string;
  /** Where in the course to kill, 0 to 1; each further one kills the agent again after its new start. */
  readonly moments: readonly number[];
}

/** Answers the agent that runs in the end, too. */
export async function crash(
  { kind, course, folder, moments }: Crash,
  running: AgentProcess,
  stage: Stage,
): Promise<{ point: Point; agent: AgentProcess }> {
  let agent = running;
  for (const { relay } of kind.legs) relay.reset();
  await kind.start(agent, folder);
  let inTime = true;
  let early = false;
  for (const [n, moment] of moments.entries()) {
    await pause(moment * course.ms);
    if (n === 0) inTime = (await endOf(agent, folder)) === undefined;
    await agent.end('SIGKILL');
    // A single object is there whole, or not at all; of a folder some may be there already.
    const shown = await kind.target.fingerprint(folder);
    early ||= kind.source === 'one' && shown !== undefined && shown !== stage.wanted.one;
    agent = await stage.start();
  }
  const end = await waitForEnd(agent, folder);
  const bytes = passed(kind);
  const shown = await kind.target.fingerprint(folder);
  const debris = await debrisOf(kind, stage);
  await kind.target.clear(folder);
  const point: Point = {
    inTime,
    lost: end === 'completed' ? undefined : (end ?? `no end within ${deadlineMs / 1000} s`),
    wrong: early || (end === 'completed' && shown !== stage.wanted[kind.source]),
    debris,
    resentBytes: Math.max(0, ...bytes.map((sent, leg) => sent - (course.bytes[leg] ?? 0))) / moments.length,
  };
  return { point, agent };
}
