// Owns source servers of P2P transfers that answer as the test tells them, and remember what they were asked.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'vitest';
import type { PushState, PushStatus } from '../src/providers/http-push.ts';
import { forTest, type Lifetime } from './lifetime.ts';
import { httpServer } from './plain-servers.ts';

export type Question = 'order' | 'state' | 'pause' | 'resume' | 'cancel';

/** A push as the server tells it, a refusal by its status, or a connection that is cut without an answer. */
export type SourceAnswer = PushState | number | 'cut';

export interface ScriptedSource {
  readonly url: string;
  /** What is answered from now on; the number counts the questions of this kind, from 1. */
  on(question: Question, answer: (count: number) => SourceAnswer | Promise<SourceAnswer>): void;
  /** What came so far, in order. */
  readonly seen: readonly Question[];
  readonly count: (question: Question) => number;
  /** The bodies of the orders. */
  readonly orders: readonly Record<string, unknown>[];
  /** Resolves when a question of this kind was asked so often. */
  asked(question: Question, times?: number): Promise<void>;
}

export const push = (status: PushStatus, more: Partial<PushState> = {}): PushState => ({
  status,
  bytes: 0,
  total: 100,
  error: null,
  checksumVerified: false,
  ...more,
});

/** Knows no push until it is told to. */
export async function scriptedSource(lifetime: Lifetime = forTest): Promise<ScriptedSource> {
  const seen: Question[] = [];
  const orders: Record<string, unknown>[] = [];
  const script = new Map<Question, (count: number) => SourceAnswer | Promise<SourceAnswer>>();
  const count = (question: Question): number => seen.filter((one) => one === question).length;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const question = questionOf(request);
    const body = await textOf(request);
    seen.push(question);
    if (question === 'order') orders.push(JSON.parse(body) as Record<string, unknown>);
    const what = (await script.get(question)?.(count(question))) ?? 404;
    if (what === 'cut') return void request.socket.destroy();
    const [status, told] = typeof what === 'number' ? [what, { message: `scripted ${what}` }] : [200, what];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told));
  };
  const url = await httpServer((request, response) => void answer(request, response).catch(() => request.socket.destroy()), lifetime);
  return {
    url,
    on: (question, told) => void script.set(question, told),
    seen,
    count,
    orders,
    async asked(question, times = 1) {
      await expect.poll(() => count(question), { timeout: 10_000, interval: 5 }).toBeGreaterThanOrEqual(times);
    },
  };
}

function questionOf({ method, url = '' }: IncomingMessage): Question {
  if (method === 'PUT') return 'order';
  if (method === 'GET') return 'state';
  return url.split('/').at(-1) as Question;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
