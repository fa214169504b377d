import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { countsOf } from '../result.ts';
import { answers, miniTarget } from '../testing/mini-target.ts';
import { loadContract } from './contract.ts';
import { newEnvironment } from './environment.ts';
import { loadChecks } from './load-checks.ts';
import { runChecks } from './runner.ts';
import { SchemaValidator } from './schema-validator.ts';
import { judge } from './verdict.ts';

const contract = loadContract();
const validator = new SchemaValidator(contract);
const checks = await loadChecks(contract);
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function judged(listener: RequestListener, timeoutMs = 1500) {
  const target = await miniTarget(listener);
  undo.push(target.close);
  const credentials = { username: 'admin@example.com', password: 'click-demo', type: 16 };
  const environment = newEnvironment({
    contract,
    validator,
    target: { url: target.url, credentials, spawned: false },
    timeoutMs,
    signal: new AbortController().signal,
  });
  undo.push(() => environment.http.close());
  const outcome = await runChecks({ environment, checks, bail: false });
  const { byLevel } = countsOf(outcome.results);
  return {
    ...judge({ checks: outcome.results, interrupted: outcome.interrupted, cleanupErrors: outcome.cleanupErrors }),
    errors: outcome.results.filter(({ status }) => status === 'error').map(({ id, reason }) => `${id}: ${reason ?? ''}`),
    mustPassed: byLevel.MUST.passed,
    must: Object.values(byLevel.MUST).reduce((sum, count) => sum + count, 0),
  };
}

/** Answers the probe, and only that, in a sane way. */
const saneProbeOnly =
  (otherwise: RequestListener): RequestListener =>
  (request, response) =>
    (request.headers['x-conformance-case'] === 'probe' ? answers(200, '1') : otherwise)(request, response);

const dumb: readonly (readonly [name: string, listener: RequestListener])[] = [
  ['answers 200 {} to everything', answers(200, '{}')],
  ['answers 200 [] to everything', answers(200, '[]')],
  ['answers 401 to everything', answers(401, '')],
  ['answers 400 to everything', answers(400, '')],
  ['answers 499 without a body to everything', answers(499, '')],
  ['answers 500 to everything', answers(500, '')],
  ['answers HTML to everything', answers(200, '<html>Welcome</html>', { 'content-type': 'text/html' })],
  ['says JSON and sends none', answers(200, '{"data": [')],
  [
    'sends invalid UTF-8',
    (request, response) =>
      void (request.resume(), response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from([0x22, 0xff, 0xfe, 0x22]))),
  ],
  [
    'echoes the request',
    (request, response) => void (response.writeHead(200, { 'content-type': 'application/json' }), request.pipe(response)),
  ],
  ['closes after the probe', saneProbeOnly((request) => void request.socket.destroy())],
];

describe('a target that', () => {
  it.each(dumb)('%s fails, with hardly a MUST passed', async (_name, listener) => {
    const { verdict, mustPassed, must, errors } = await judged(listener);
    expect(errors).toEqual([]);
    expect(verdict).toBe('failed');
    expect(mustPassed / must).toBeLessThan(0.05);
  });

  it('accepts and says nothing at all is incomplete', async () => {
    expect(await judged(() => {}, 300)).toMatchObject({ verdict: 'incomplete', exitCode: 2, mustPassed: 0 });
  });

  it('accepts and closes at once is incomplete', async () => {
    expect(await judged((request) => void request.socket.destroy())).toMatchObject({ verdict: 'incomplete', exitCode: 2, mustPassed: 0 });
  });

  it('dribbles its answers is not passed', async () => {
    const listener: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{');
    };
    expect(await judged(listener, 300)).toMatchObject({ verdict: 'incomplete', mustPassed: 0 });
  });
});
