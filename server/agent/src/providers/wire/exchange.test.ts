import { describe, expect, it } from 'vitest';
import { exchange, type WireLimits } from './exchange.ts';
import { WireReader } from './reader.ts';
import { rawServer, type Serve } from './testing/raw-server.ts';
import { get, headFor, kindOf, limits, signal, turn } from './testing/wire-tools.ts';

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
      if (n % 3 === 0) return answer.drop();
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

  it('may take longer than the bound, as long as the server takes something of it', async () => {
    let left = body.length;
    await using server = await rawServer(
      (peer) => {
        peer.socket.on('data', (bytes) => {
          left -= bytes.length;
          if (left <= 0) return void peer.send('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n');
          peer.socket.pause();
          // Time itself is what this test is about.
          setTimeout(() => peer.socket.resume(), 5);
        });
      },
      { hold: true },
    );
    const started = performance.now();
    const answer = await exchange(get(server, { method: 'PUT', body }), limits({ stallMs: 700, headersMs: 5000 }), signal());
    expect(answer.status).toBe(201);
    expect(performance.now() - started).toBeGreaterThan(700);
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
