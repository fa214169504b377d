import { createHash, randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, exchange } from './exchange.ts';
import { rawServer } from './testing/raw-server.ts';
import { get, headFor, limits, signal, turn } from './testing/wire-tools.ts';

function* cut(bytes: Buffer, sizes: () => number): Generator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const size = sizes();
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

/** The whole body, filled piece by piece into buffers that are overwritten afterwards. */
async function drain(answer: Answer, length: number, sizes: () => number, pause: () => Promise<void>): Promise<Buffer> {
  const all = Buffer.alloc(length);
  const slab = Buffer.alloc(4 * 1024 * 1024);
  for (let at = 0; at < length;) {
    const piece = slab.subarray(0, Math.min(sizes(), length - at));
    await answer.fill(piece, signal());
    piece.copy(all, at);
    at += piece.length;
    await pause();
    slab.fill(0xee, 0, piece.length);
  }
  return all;
}

describe.each([{ tls: false }, { tls: true }])('The bytes of a body, with TLS: $tls,', ({ tls }) => {
  const bytes = randomBytes(3 * 1024 * 1024 + 17);
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  // The certificate of the test server is its own.
  beforeAll(() => void (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'));
  afterAll(() => {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  });

  const sends: Record<string, () => number> = {
    'at once': () => bytes.length,
    'in pieces of 64 KiB': () => 65_536,
    'in pieces of any size': () => randomInt(1, 200_000),
  };
  const fills: Record<string, () => number> = {
    '1009 bytes': () => 1009,
    '64 KiB less one': () => 65_535,
    '64 KiB and one': () => 65_537,
    '1 MiB': () => 1024 * 1024,
    'the whole': () => bytes.length,
    'any size': () => randomInt(1, 300_000),
  };
  const pauses: Record<string, () => Promise<void>> = {
    'without pauses': () => Promise.resolve(),
    'with pauses': async () => {
      for (let turns = randomInt(0, 4); turns > 0; turns--) await turn();
    },
  };
  const cases = Object.keys(sends).flatMap((sent) =>
    Object.keys(fills).flatMap((filled) => Object.keys(pauses).map((paused) => ({ sent, filled, paused }))),
  );

  it.each(cases)('are equal when they come $sent and $filled are taken $paused', async ({ sent, filled, paused }) => {
    await using server = await rawServer((peer) => peer.send(headFor(bytes.length), ...cut(bytes, sends[sent]!)), { tls });
    const bounds = limits();
    // Twice, on one connection: the second begins with the state that the first has left.
    for (let round = 0; round < 2; round++) {
      const answer = await exchange(get(server), bounds, signal());
      expect((await drain(answer, bytes.length, fills[filled]!, pauses[paused]!)).equals(bytes)).toBe(true);
    }
    expect(server.connections()).toBe(1);
  });

  it('are equal through a head that comes byte by byte, and after a pause with much on its way', async () => {
    await using server = await rawServer((peer) => peer.send(...cut(Buffer.from(headFor(bytes.length)), () => 1), bytes), { tls });
    const answer = await exchange(get(server), limits(), signal());
    const first = Buffer.alloc(1);
    await answer.fill(first, signal());
    for (let turns = 0; turns < 50; turns++) await turn();
    const rest = await drain(answer, bytes.length - 1, () => 700_000, turn);
    expect(Buffer.concat([first, rest]).equals(bytes)).toBe(true);
  });

  it('are equal in chunks of any size, with extensions and trailers', async () => {
    await using server = await rawServer(
      async (peer) => {
        await peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        for (const chunk of cut(bytes, () => randomInt(1, 150_000))) await peer.send(`${chunk.length.toString(16)};x=y\r\n`, chunk, '\r\n');
        await peer.send('0\r\nSum: 1\r\n\r\n');
      },
      { tls },
    );
    const bounds = limits();
    for (let round = 0; round < 2; round++) {
      const answer = await exchange(get(server), bounds, signal());
      expect((await drain(answer, bytes.length, () => 333_333, turn)).equals(bytes)).toBe(true);
      // Only the last chunk, of no bytes, tells the end.
      expect(await answer.text(10, signal())).toBe('');
    }
    expect(server.connections()).toBe(1);
  });

  it('go up equal, and their buffer is free when the answer is there', async () => {
    const sums: string[] = [];
    await using server = await rawServer(
      async (peer, { body }) => {
        sums.push(createHash('sha256').update(body).digest('hex'));
        await peer.send('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n');
      },
      { tls },
    );
    const bounds = limits();
    const expected: string[] = [];
    for (const size of [0, 1, 32_768, 32_769, 1024 * 1024, bytes.length]) {
      const body = Buffer.from(bytes.subarray(0, size));
      expected.push(createHash('sha256').update(body).digest('hex'));
      expect((await exchange(get(server, { method: 'PUT', body }), bounds, signal())).status).toBe(201);
      body.fill(0);
    }
    expect(sums).toEqual(expected);
    expect(server.connections()).toBe(1);
  });
});
