import { createHash, randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkError } from '../http-errors.ts';
import { ProviderError } from '../provider.ts';
import { Answer, exchange, type WireLimits, type WireRequest } from './exchange.ts';
import { WireReader } from './reader.ts';
import { rawServer, type RawServer, type Serve } from './testing/raw-server.ts';

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const limits = (changes: Partial<WireLimits> = {}): WireLimits => ({
  connectMs: 2000,
  headersMs: 400,
  stallMs: 400,
  connectionsPerServer: 8,
  ...changes,
});
const get = ({ origin }: RawServer, changes: Partial<WireRequest> = {}): WireRequest => ({
  what: 'GET x',
  method: 'GET',
  origin,
  path: '/x',
  headers: {},
  repeatable: true,
  ...changes,
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const headFor = (length: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;

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

const kindOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => networkError('GET x', reason),
  );
  return error instanceof ProviderError ? error.kind : String(error);
};

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

const answerOf = async (serve: Serve, changes: Partial<WireLimits> = {}): Promise<string> => {
  await using server = await rawServer(serve);
  const answer = await exchange(get(server), limits(changes), signal());
  return answer.text(1000, signal());
};

describe('An answer', () => {
  it.each([
    ['HTTP/2 200 OK\r\n\r\n'],
    ['HTTP/1.1 20 OK\r\n\r\n'],
    ['ICY 200 OK\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx'],
    ['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\nx'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nName : x\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n'],
    ['HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n'],
    [`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(40_000)}\r\n\r\n`],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n'],
  ])('that is malformed is unavailable: %j', async (text) => {
    expect(await kindOf(answerOf((peer) => peer.send(text)))).toBe('unavailable');
  });

  it('may follow others that are interim', async () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n';
    expect(await answerOf((peer) => peer.send(interim, `${headFor(5)}after`))).toBe('after');
  });

  it('may end with the connection', async () => {
    expect(
      await answerOf(async (peer) => {
        await peer.send('HTTP/1.0 500 Oops\r\n\r\nthe', ' end');
        peer.socket.end();
      }),
    ).toBe('the end');
  });

  it('that is cut, stalls or never comes is unavailable', async () => {
    expect(
      await kindOf(
        answerOf(async (peer) => {
          await peer.send(`${headFor(10)}half`);
          peer.socket.destroy();
        }),
      ),
    ).toBe('unavailable');
    expect(await kindOf(answerOf((peer) => peer.send(`${headFor(10)}half`), { stallMs: 50 }))).toBe('unavailable');
    expect(await kindOf(answerOf(() => undefined, { headersMs: 50 }))).toBe('unavailable');
    expect(await kindOf(answerOf((peer) => void peer.socket.end()))).toBe('unavailable');
  });

  it('ends a fill with the reason of its signal, and nothing is written into the buffer any more', async () => {
    await using server = await rawServer((peer) => peer.send(headFor(2_000_000), Buffer.alloc(1000, 1)));
    const answer = await exchange(get(server), limits(), signal());
    const reader = new WireReader(answer, { skip: 0, length: 2_000_000 }, (error) => error);
    const buffer = Buffer.alloc(1_500_000);
    const controller = new AbortController();
    const filling = reader.fill(buffer, controller.signal);
    const reason = new Error('paused');
    await turn();
    controller.abort(reason);
    await expect(filling).rejects.toBe(reason);
    buffer.fill(7);
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(buffer.every((byte) => byte === 7)).toBe(true);
    await expect(reader.fill(Buffer.alloc(1), signal())).rejects.toMatchObject({ kind: 'unavailable' });
    await reader.close();
  });

  it('that is wanted further than it goes is unavailable', async () => {
    await using server = await rawServer((peer) => peer.send(`${headFor(4)}four`));
    const answer = await exchange(get(server), limits(), signal());
    const reader = new WireReader(answer, { skip: 1, length: 3 }, (error) => error);
    await expect(reader.fill(Buffer.alloc(4), signal())).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('A connection', () => {
  it('with more on it than the answer serves no other request', async () => {
    let turns = 0;
    await using server = await rawServer((peer) => peer.send(`${headFor(4)}${turns++ === 0 ? 'goodHTTP/1.1 200 OK' : 'next'}`));
    const bounds = limits();
    expect(await (await exchange(get(server), bounds, signal())).text(10, signal())).toBe('good');
    expect(await (await exchange(get(server), bounds, signal())).text(10, signal())).toBe('next');
    expect(server.connections()).toBe(2);
  });

  it('on which something comes unasked serves no other request', async () => {
    let late: (() => Promise<void>) | undefined;
    await using server = await rawServer(async (peer) => {
      await peer.send(`${headFor(2)}ok`);
      late = () => peer.send(`${headFor(4)}evil`);
    });
    const bounds = limits();
    expect(await (await exchange(get(server), bounds, signal())).text(10, signal())).toBe('ok');
    await late?.();
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(await (await exchange(get(server), bounds, signal())).text(10, signal())).toBe('ok');
    expect(server.connections()).toBe(2);
  });

  it('that was closed while it was kept costs no request', async () => {
    let requests = 0;
    await using server = await rawServer(async (peer) => {
      requests += 1;
      // The second request comes to a connection that is about to be closed.
      if (requests === 2) return void peer.socket.destroy();
      await peer.send(`${headFor(2)}ok`);
    });
    const bounds = limits();
    for (let round = 0; round < 2; round++) expect(await (await exchange(get(server), bounds, signal())).text(9, signal())).toBe('ok');
    expect([requests, server.connections()]).toEqual([3, 2]);
    expect(await kindOf(exchange(get(server, { repeatable: false }), bounds, signal()))).toBe(
      'nothing was refused'.replace(/^/, 'Error: '),
    );
  });

  it('is not kept when the server says so', async () => {
    await using server = await rawServer((peer) => peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'));
    const bounds = limits();
    for (let round = 0; round < 3; round++) expect(await (await exchange(get(server), bounds, signal())).text(9, signal())).toBe('ok');
    expect(server.connections()).toBe(3);
  });

  it('is one of as many as there may be, and the others wait', async () => {
    await using server = await rawServer(async (peer) => {
      await turn();
      await peer.send(`${headFor(2)}ok`);
    });
    const bounds = limits({ connectionsPerServer: 3 });
    const texts = Array.from({ length: 30 }, async (_, n) => {
      const answer = await exchange(get(server), bounds, signal());
      // Every third is dropped, which ends its connection.
      if (n % 3 === 0) return void answer.drop();
      return answer.text(9, signal());
    });
    expect((await Promise.all(texts)).filter((text) => text === 'ok')).toHaveLength(20);
    // A connection that was dropped may be seen by the server a little longer.
    expect(server.connections()).toBeGreaterThanOrEqual(3);
    expect(server.most()).toBeLessThanOrEqual(6);
    await using silent = await rawServer(() => undefined);
    const one = limits({ connectionsPerServer: 1, headersMs: 5000 });
    const waiting = exchange(get(silent), one, signal());
    const controller = new AbortController();
    const queued = exchange(get(silent), one, controller.signal);
    controller.abort(new Error('not any more'));
    await expect(queued).rejects.toThrow('not any more');
    silent.drop();
    expect(await kindOf(waiting)).toBe('unavailable');
  });

  it('that nobody accepts is unavailable', async () => {
    const server = await rawServer(() => undefined);
    await server[Symbol.asyncDispose]();
    expect(await kindOf(exchange(get(server), limits(), signal()))).toBe('unavailable');
  });
});

describe('A body that goes up', () => {
  const body = Buffer.alloc(32 * 1024 * 1024);

  it('stalls when the server takes no more of it', async () => {
    await using server = await rawServer((peer) => void peer.socket.pause(), { hold: true });
    expect(await kindOf(exchange(get(server, { method: 'PUT', body }), limits({ stallMs: 100 }), signal()))).toBe('unavailable');
  });

  it('may be refused before its end, which ends the connection', async () => {
    await using server = await rawServer((peer) => peer.send('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig'), { hold: true });
    const bounds = limits();
    const answer = await exchange(get(server, { method: 'PUT', body }), bounds, signal());
    expect([answer.status, await answer.text(10, signal())]).toEqual([413, 'big']);
    await exchange(get(server), bounds, signal());
    expect(server.connections()).toBe(2);
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const reason = new Error('paused');
    await using server = await rawServer((peer) => void peer.socket.once('data', () => controller.abort(reason)), { hold: true });
    await expect(exchange(get(server, { method: 'PUT', body }), limits(), controller.signal)).rejects.toBe(reason);
  });

  it('goes with headers of one line each', async () => {
    await using server = await rawServer(() => undefined);
    const request = get(server, { headers: { 'content-type': 'a\r\nx: y' } });
    expect(await kindOf(exchange(request, limits(), signal()))).toBe('invalid');
  });
});
