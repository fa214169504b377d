import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogOutboxStore } from '../../store/log-outbox-store.ts';
import { LogTargetStore } from '../../store/log-target-store.ts';
import { type Installation, installation } from '../testing/installation.ts';
import { defaultForwarderSettings, type ForwarderSettings, LogForwarder } from './forwarder.ts';
import type { HecTarget, Verdict } from './splunk-hec.ts';

interface Delivery {
  readonly target: HecTarget;
  readonly events: readonly string[];
  readonly answer: (verdict: Verdict) => void;
}

interface Wait {
  readonly ms: number;
  readonly over: () => void;
}

let here: Installation;
let targets: LogTargetStore;
let outbox: LogOutboxStore;
let account: string;
let complaints: string[];
const open: LogForwarder[] = [];

beforeEach(() => {
  here = installation();
  targets = new LogTargetStore(here.database);
  outbox = new LogOutboxStore(here.database);
  account = here.addAccount('Example Org');
  complaints = [];
  store('old-token');
});
afterEach(async () => {
  for (const forwarder of open.splice(0)) await forwarder.close(0);
  here.close();
});

const row = (token: string, active: 0 | 1 = 1) => ({
  id: 'target',
  accountId: account,
  provider: 1,
  token,
  serverAddress: '127.0.0.1',
  servicePort: '8088',
  active,
});
const store = (token: string): boolean => targets.insert(row(token));

/** A queue whose items are waited for in order, whether they are there already or not. */
function queue<Item>(): { put(item: Item): void; next(): Promise<Item>; readonly length: number } {
  const [items, waiting]: [Item[], ((item: Item) => void)[]] = [[], []];
  return {
    put(item) {
      const taker = waiting.shift();
      if (taker === undefined) items.push(item);
      else taker(item);
    },
    next: () =>
      new Promise((resolve) => {
        const item = items.shift();
        if (item === undefined) waiting.push(resolve);
        else resolve(item);
      }),
    get length() {
      return items.length;
    },
  };
}

function started(settings: Partial<ForwarderSettings> = {}) {
  const deliveries = queue<Delivery>();
  const waits = queue<Wait>();
  const forwarder = new LogForwarder({
    targets,
    outbox,
    open: ({ token }) => ({ baseUrl: '', token, channel: '' }),
    post: (target, body, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        deliveries.put({ target, events: body.match(/\{[^}]*\}/g) ?? [], answer: resolve });
      }),
    droppedText: (count) => `{dropped ${count}}`,
    settings: { ...defaultForwarderSettings, gatherMs: 0, ...settings },
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        waits.put({ ms, over: resolve });
      }),
    complain: (_account, reason) => void complaints.push(reason),
  });
  open.push(forwarder);
  forwarder.start();
  const tell = (...events: readonly string[]): void => events.forEach((event) => forwarder.accept(account, `{${event}}`));
  return { forwarder, deliveries, waits, tell };
}

const stored = (): string[] => outbox.first('target', 1000).map(({ event }) => event);
const taken: Verdict = { kind: 'taken' };
const later: Verdict = { kind: 'later', reason: '503' };
/** After the timer that gathers, which was set before with the same delay, and after what follows from it. */
const settled = (): Promise<void> => new Promise((resolve) => void setTimeout(() => setImmediate(resolve), 1));

describe('forwarding', () => {
  it('sends in order and in batches, and forgets what was taken', async () => {
    const { deliveries, tell } = started({ batchEvents: 2 });
    tell('a', 'b', 'c');
    const first = await deliveries.next();
    expect(first.events).toEqual(['{a}', '{b}']);
    expect(stored()).toEqual(['{a}', '{b}', '{c}']);
    first.answer(taken);
    const second = await deliveries.next();
    expect(second.events).toEqual(['{c}']);
    second.answer(taken);
    await settled();
    expect(stored()).toEqual([]);
  });

  it('cuts batches by bytes, and sends one event that is larger alone', async () => {
    const { deliveries, tell } = started({ batchBytes: 10 });
    tell('0123456789abcdef', 'b', 'c', 'd');
    const sizes: number[] = [];
    for (let left = 4; left > 0; left -= sizes.at(-1) ?? 1) {
      const { events, answer } = await deliveries.next();
      sizes.push(events.length);
      answer(taken);
    }
    expect(sizes).toEqual([1, 3]);
  });

  it('takes nothing of an account without a setting, or with one that is switched off', async () => {
    const { forwarder, deliveries, tell } = started();
    expect(forwarder.wants('another')).toBe(false);
    forwarder.accept('another', '{x}');
    targets.update(row('old-token', 0));
    forwarder.changed(account);
    expect(forwarder.wants(account)).toBe(false);
    tell('a');
    await settled();
    expect([deliveries.length, stored()]).toEqual([0, []]);
  });

  it('waits longer and longer, with jitter, and starts again at the bottom after a success', async () => {
    const { deliveries, waits, tell } = started({ retryBaseMs: 1000, retryCapMs: 3000 });
    tell('a');
    for (const ms of [500, 1000, 1500, 1500]) {
      (await deliveries.next()).answer(later);
      const wait = await waits.next();
      expect(wait.ms).toBe(ms);
      wait.over();
    }
    (await deliveries.next()).answer(taken);
    tell('b');
    (await deliveries.next()).answer(later);
    expect((await waits.next()).ms).toBe(500);
    expect(complaints).toEqual(['trying again: 503', 'trying again: 503']);
  });

  it('does as Retry-After says, within a bound', async () => {
    const { deliveries, waits, tell } = started({ retryAfterCapMs: 90_000 });
    tell('a');
    for (const [asked, kept] of [
      [7000, 7000],
      [10_000_000, 90_000],
      [0, 0],
    ] as const) {
      (await deliveries.next()).answer({ ...later, afterMs: asked });
      const wait = await waits.next();
      expect(wait.ms).toBe(kept);
      wait.over();
    }
  });

  it('stops when the token is refused, until the setting changes', async () => {
    const { forwarder, deliveries, waits, tell } = started();
    tell('a');
    (await deliveries.next()).answer({ kind: 'refused', reason: '403 code 4: Invalid token' });
    tell('b');
    await settled();
    expect([deliveries.length, waits.length, stored()]).toEqual([0, 0, ['{a}', '{b}']]);
    targets.update(row('new-token'));
    forwarder.changed(account);
    const { target, events } = await deliveries.next();
    expect([target.token, events]).toEqual(['new-token', ['{a}', '{b}']]);
    expect(complaints).toEqual(['nothing is sent until the log setting changes: 403 code 4: Invalid token']);
  });

  it('does not count what the old destination says once the setting has changed', async () => {
    const { forwarder, deliveries, tell } = started();
    tell('a');
    const old = await deliveries.next();
    targets.update(row('new-token'));
    forwarder.changed(account);
    old.answer({ kind: 'refused', reason: '403' });
    expect((await deliveries.next()).target.token).toBe('new-token');
    expect(complaints).toEqual([]);
  });

  it('tries at once with a new setting, in the middle of a wait', async () => {
    const { forwarder, deliveries, waits, tell } = started();
    tell('a');
    (await deliveries.next()).answer(later);
    await waits.next();
    targets.update(row('new-token'));
    forwarder.changed(account);
    expect((await deliveries.next()).target.token).toBe('new-token');
  });

  it('halves a batch that cannot be read, gives up on the one event that is the reason, and says so', async () => {
    const { deliveries, tell } = started();
    tell('a', 'b', 'bad', 'd');
    const seen: string[][] = [];
    for (;;) {
      const { events, answer } = await deliveries.next();
      seen.push([...events]);
      answer(events.includes('{bad}') ? { kind: 'unreadable', reason: '400 code 6' } : taken);
      if (events.includes('{d}') && !events.includes('{bad}')) break;
    }
    await settled();
    expect(seen).toEqual([['{a}', '{b}', '{bad}', '{d}'], ['{a}', '{b}'], ['{bad}', '{d}'], ['{bad}'], ['{dropped 1}', '{d}']]);
    expect(stored()).toEqual([]);
    expect(outbox.dropped('target')).toBe(0);
  });

  it('lets the oldest give way beyond the bound, but not those on their way, and counts them', async () => {
    const { deliveries, waits, tell } = started({ maxEvents: 3, batchEvents: 1 });
    tell('1');
    const first = await deliveries.next();
    tell('2', '3', '4', '5');
    await settled();
    expect(stored()).toEqual(['{1}', '{4}', '{5}']);
    first.answer(taken);
    const second = await deliveries.next();
    expect(second.events).toEqual(['{dropped 2}', '{4}']);
    second.answer(later);
    (await waits.next()).over();
    const again = await deliveries.next();
    expect(again.events).toEqual(['{dropped 2}', '{4}']);
    again.answer(taken);
    expect((await deliveries.next()).events).toEqual(['{5}']);
  });

  it('drops what waits when the setting is deleted', async () => {
    const { forwarder, deliveries, waits, tell } = started();
    tell('a');
    (await deliveries.next()).answer(later);
    await waits.next();
    targets.remove(account);
    forwarder.changed(account);
    store('new-token');
    forwarder.changed(account);
    tell('b');
    expect((await deliveries.next()).events).toEqual(['{b}']);
  });
});

describe('an event of the moment in which the setting goes', () => {
  it('is dropped with it, and harms nothing', async () => {
    const { forwarder, deliveries, tell } = started({ gatherMs: 10_000 });
    tell('a');
    targets.remove(account);
    forwarder.changed(account);
    tell('b');
    await settled();
    expect([deliveries.length, complaints]).toEqual([0, []]);
  });
});

describe('the end of the agent', () => {
  it('sends what is left, and does not wait for more than one try', async () => {
    const { forwarder, deliveries, tell } = started({ batchEvents: 1 });
    tell('a', 'b', 'c');
    const closing = forwarder.close(10_000);
    (await deliveries.next()).answer(taken);
    (await deliveries.next()).answer(later);
    await closing;
    expect(stored()).toEqual(['{b}', '{c}']);
  });

  it('is not kept waiting by a collector that does not answer; what was accepted is there at the next start', async () => {
    const first = started();
    first.tell('a');
    await first.deliveries.next();
    first.tell('b');
    await first.forwarder.close(1);
    first.tell('too late');
    expect(stored()).toEqual(['{a}', '{b}']);
    const second = started();
    const { events, answer } = await second.deliveries.next();
    expect(events).toEqual(['{a}', '{b}']);
    answer(taken);
  });
});
