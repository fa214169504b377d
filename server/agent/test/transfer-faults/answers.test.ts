// Whole-agent tests of sources that send more than they were asked for: what does not belong to an answer never gets into a copy.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { forGroup, forTest } from '../lifetime.ts';
import { sha256 } from '../local-files.ts';
import { httpServer } from '../plain-servers.ts';
import { bucket, type FaultStage, faultStage, KiB } from './fault-stage.ts';

const bytes = randomBytes(300 * KiB + 9);
const lifetime = forGroup();
let stage: FaultStage;

beforeAll(async () => {
  stage = await faultStage(lifetime);
});

interface Asked {
  readonly method: string;
  readonly from: number;
  readonly to: number;
}

/** Answers HEAD and GET of a range by hand, and writes what `send` makes of each answer in one go. */
async function rawSource(send: (answer: Buffer, asked: Asked) => Buffer): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let heads = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece: Buffer) => {
      heads += piece.toString('latin1');
      for (let end = heads.indexOf('\r\n\r\n'); end !== -1; end = heads.indexOf('\r\n\r\n')) {
        const head = heads.slice(0, end);
        heads = heads.slice(end + 4);
        const asked = askedIn(head);
        socket.write(send(answerTo(asked), asked));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  forTest(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function askedIn(head: string): Asked {
  const [, from, to] = /^range: bytes=(\d+)-(\d*)/im.exec(head) ?? [];
  const last = to === undefined || to === '' ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
  return { method: head.split(' ')[0] ?? '', from: Number(from ?? 0), to: last };
}

function answerTo({ method, from, to }: Asked): Buffer {
  if (method !== 'GET' && method !== 'HEAD') return Buffer.from('HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n');
  const whole = method === 'HEAD' || (from === 0 && to === bytes.length - 1);
  const body = whole ? bytes : bytes.subarray(from, to + 1);
  const status = whole ? 'HTTP/1.1 200 OK' : `HTTP/1.1 206 Partial Content\r\ncontent-range: bytes ${from}-${to}/${bytes.length}`;
  const head = Buffer.from(`${status}\r\netag: "one"\r\naccept-ranges: bytes\r\ncontent-length: ${body.length}\r\n\r\n`);
  return method === 'HEAD' ? head : Buffer.concat([head, body]);
}

const cases: readonly (readonly [string, (answer: Buffer, asked: Asked) => Buffer])[] = [
  ['every answer twice', (answer) => Buffer.concat([answer, answer])],
  ['bytes after the end of a body', (answer, { method }) => (method === 'GET' ? Buffer.concat([answer, Buffer.alloc(5000, 'x')]) : answer)],
  ['an interim answer before each', (answer) => Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'), answer])],
];

describe('a source that sends', () => {
  it.each(cases)('%s: the copy is equal all the same', async (what, send) => {
    const url = await rawSource(send);
    const path = `${what.replaceAll(' ', '-')}.bin`;
    const message = await stage.run('Completed', () =>
      stage.copy({ url, path: 'file.bin' }, { url: stage.server.url, path, account: stage.account }),
    );
    expect(message).toBe('');
    expect(sha256(await stage.server.get(bucket, path))).toBe(sha256(bytes));
    await stage.expectNoDebris();
  });

  it('another range than it was asked for is refused, and nothing of it is shown', async () => {
    const url = await rawSource((answer, asked) =>
      asked.method === 'GET' && asked.from > 0 ? answerTo({ ...asked, from: asked.from - 1, to: asked.to - 1 }) : answer,
    );
    const proxied = await httpServer((request, response) => {
      // Only the first bytes of a whole read come, so that a range has to follow.
      if (request.method === 'HEAD' || request.headers.range !== undefined)
        return void response.writeHead(307, { location: `${url}/file.bin` }).end();
      response.writeHead(200, { 'content-length': bytes.length, etag: '"one"', 'accept-ranges': 'bytes' });
      response.write(bytes.subarray(0, 100 * KiB), () => response.socket?.destroy());
    });
    const target = { url: stage.server.url, path: 'shifted.bin', account: stage.account };
    const message = await stage.run('Failed', () => stage.copy({ url: proxied, path: 'file.bin' }, target));
    expect(message).toMatch(/another range/);
    expect(await stage.server.get(bucket, 'shifted.bin')).toBeUndefined();
    await stage.expectNoDebris();
  });
});
