// Whole-agent tests of what every request passes: who may talk, authentication, the error model.
import { routes } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, type TestAgent } from './agent.ts';
import { forGroup } from './lifetime.ts';
import { request } from './raw-request.ts';

const json = { 'content-type': 'application/json' };

async function problem(answer: Response): Promise<{ status: number; code: string | null; type: string; message: string }> {
  const body = (await answer.json()) as { type: string; status: number; errors: Record<string, string[]> };
  expect(body.status).toBe(answer.status);
  expect(Object.keys(body.errors)).toEqual([body.type]);
  expect(answer.headers.get('error-code')).toBe(body.type);
  return { status: answer.status, code: answer.headers.get('error-code'), type: body.type, message: body.errors[body.type]?.[0] ?? '' };
}

describe('a request without a good token', () => {
  it('is answered 401 by every operation that requires one, before its body is looked at', async () => {
    const { send } = await agent();
    for (const route of Object.values(routes).filter(({ security }) => security === 'required')) {
      for (const token of ['', '?token=', '?token=garbage', '?token=eyJhbGciOiJub25lIn0.e30.']) {
        const answer = await send(route.path.replace(/\{\w+\}/, 'any') + token, {
          method: route.method.toUpperCase(),
          headers: json,
          ...(route.requestMediaType ? { body: '{}' } : {}),
        });
        expect(await problem(answer), `${route.method} ${route.path}${token}`).toMatchObject({ status: 401, code: 'TOKEN' });
      }
    }
  }, 60_000);

  it('is answered 401 SESSION once the session has ended', async () => {
    const { signIn, send } = await agent();
    const click = await signIn();
    await click.POST('/authentication/logout', { body: { jwtToken: click.token } });
    expect(await problem(await send(`/cloud/accounts?token=${click.token}`))).toMatchObject({ status: 401, code: 'SESSION' });
  });

  it('acts as the signed-in user where the token is optional, and is 401 when nobody is signed in', async () => {
    const { signIn, send } = await agent();
    const body = JSON.stringify({
      cloudAccount: { id: '00000000-0000-0000-0000-000000000000' },
      storageName: 'b',
      uploadPath: '',
      localFilePath: '/nowhere',
    });
    const upload = () => send('/cloud/upload_object', { method: 'POST', headers: json, body });
    expect(await problem(await upload())).toMatchObject({ status: 401, code: 'TOKEN' });
    await signIn();
    expect(await problem(await upload())).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await problem(await send('/cloud/upload_object?token=garbage', { method: 'POST', headers: json, body }))).toMatchObject({
      status: 401,
      code: 'TOKEN',
    });
  });
});

describe('a bad request', () => {
  const lifetime = forGroup();
  let running: TestAgent;
  beforeAll(async () => {
    running = await agent({}, lifetime);
  });

  it.each([
    ['malformed JSON', '{"username":'],
    ['a bare string', '"hello"'],
    ['an array', '[]'],
    ['a number where a string belongs', '{"username":1,"password":"x"}'],
    ['a missing field', '{"username":"a"}'],
    ['an empty body', ''],
  ])('with %s is answered 499 DEFAULT', async (_what, body) => {
    expect(await problem(await running.send('/authentication/login', { method: 'POST', headers: json, body }))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
    });
  });

  it('with a body over the limit is answered 499 DEFAULT', async () => {
    const { send } = await agent({ bodyBytes: 1024 });
    const body = JSON.stringify({ username: 'a'.repeat(2000), password: 'x' });
    expect(await problem(await send('/authentication/login', { method: 'POST', headers: json, body }))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
    });
  });

  it('with a body that is not compressed as it says is answered 499 DEFAULT', async () => {
    const headers = { ...json, 'content-encoding': 'gzip' };
    const answer = await running.send('/authentication/login', { method: 'POST', headers, body: '{}' });
    expect(await problem(answer)).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it('with a body of another media type is answered 499 DEFAULT', async () => {
    const answer = await running.send('/authentication/login', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' });
    expect(await problem(answer)).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it.each([
    'page=x',
    'page=0',
    'pagesize=0',
    'pagesize=1000000',
    'descending=maybe',
    'origin=-1',
    'sortfield=Nothing',
    'page=1e99',
    'page=',
  ])('with %s is answered 499 DEFAULT', async (query) => {
    const { token } = await running.signIn();
    expect(await problem(await running.send(`/transferhistory/get_all?token=${token}&${query}`))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
    });
  });

  it('to an unknown path is 404, and with a wrong method 405 with Allow', async () => {
    expect(await problem(await running.send('/nothing/here'))).toMatchObject({ status: 404 });
    const answer = await running.send('/authentication/login');
    expect(answer.headers.get('allow')).toBe('POST');
    expect(await problem(answer)).toMatchObject({ status: 405 });
  });
});

describe('a request from elsewhere', () => {
  it('is refused when its Host is not a loopback name', async () => {
    const { url } = await agent();
    expect(await request(url, '/management/agent_status', { host: 'evil.example.com' })).toMatchObject({ status: 403 });
    expect(await request(url, '/management/agent_status', { host: 'localhost:1' })).toMatchObject({ status: 200 });
  });

  it('is refused when its Origin is not configured, and gets CORS headers when it is', async () => {
    const { send } = await agent({ allowedOrigins: ['http://localhost:3000'] });
    expect(await problem(await send('/management/agent_status', { headers: { origin: 'http://evil.example.com' } }))).toMatchObject({
      status: 403,
      code: 'SECURITY',
    });
    const answer = await send('/management/agent_status', { headers: { origin: 'http://localhost:3000' } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, 'http://localhost:3000']);
    const preflight = await send('/cloud/delete', {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'DELETE' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, POST, PUT, DELETE']);
  });
});

describe('the log', () => {
  it('never holds the token, a password or a key, whatever fails', async () => {
    const running = await agent();
    const { token } = await running.signIn();
    const canary = 'canary-secret-2718';
    await running.send(`/nothing?token=${token}`);
    await running.send('/authentication/login', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username: 'x', password: canary }),
    });
    await running.send(`/cloud/insert_account?token=${token}`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ name: 'x', cloudType: 2048, serviceUrl: 'http://127.0.0.1:9', accessKey: canary, secretKey: canary }),
    });
    expect(running.logged()).not.toContain(canary);
    expect(running.logged()).not.toContain(token);
  });
});
