import { createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect, test } from 'vitest';
import { selfSigned } from './certificate.ts';
import { closedPort, listening, object, relay, sourceServer, type Shown } from './push-fixture.ts';

interface Outcome {
  shown: Shown;
  /** Connections that the target was asked for, and that the relay was. */
  connections: number;
  relayed: number;
}

/** Pushes to an https target, with a relay that leads to the same target. */
async function pushTo(target: Server, reachable = true): Promise<Outcome> {
  let connections = 0;
  target.on('connection', () => (connections += 1));
  const port = await listening(target, new Set());
  const through = await relay(port, 'turn-credential');
  const pushes = await sourceServer({ relayUrl: through.url });
  await object(pushes.source, 'a.bin', 10);
  const url = `https://127.0.0.1:${reachable ? port : await closedPort()}`;
  const shown = await pushes.reaches(await pushes.ask(url, 'a.bin', { turn: { credential: 'turn-credential' } }));
  return { shown, connections, relayed: through.asked.length };
}

test.each([
  ['a certificate that nobody vouches for', () => createTlsServer(selfSigned()), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [
    'something else than TLS',
    () => createTcpServer((socket) => socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))),
    'SSL',
  ],
])('a target that shows %s ends the push at once, without the relay', async (_what, target, code) => {
  const { shown, connections, relayed } = await pushTo(target());
  expect(shown).toMatchObject({ status: 'failed', via: 'direct', error: expect.stringMatching(new RegExp(`TLS.*${code}`)) });
  expect([connections, relayed]).toEqual([1, 0]);
});

test('a certificate that nobody vouches for is none behind the relay either', async () => {
  const { shown, relayed } = await pushTo(createTlsServer(selfSigned()), false);
  expect(shown).toMatchObject({ status: 'failed', error: expect.stringMatching(/TLS.*DEPTH_ZERO_SELF_SIGNED_CERT/) });
  expect(relayed).toBe(1);
});

test('a connection that breaks off in the handshake is one that could not be made', async () => {
  const { shown, relayed } = await pushTo(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
  expect(shown).toMatchObject({ status: 'failed', error: expect.stringContaining('cannot be reached') });
  expect(relayed).toBeGreaterThan(0);
});
