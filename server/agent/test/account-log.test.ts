// Whole-agent tests of the log setting and of what arrives at the collector, whatever the collector does meanwhile.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Schema } from '@click-kit/contract';
import { agent, cloudAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { childAgent, dataDirectory } from './child-agent.ts';
import { collector, type Collector } from './hec-collector.ts';
import { forGroup } from './lifetime.ts';
import { localFiles } from './local-files.ts';
import { objectServer } from './object-server.ts';

const token = 'hec-token-0123456789';
const json = { 'content-type': 'application/json' };

const set = (click: SignedIn, { port }: Collector, change: Partial<Schema<'SetupAccountLogSettingRequest'>> = {}) =>
  click.POST('/accountlogsetting/setup', {
    body: { token, serverAddress: '127.0.0.1', servicePort: port, active: true, provider: 1, ...change },
  });

/** A setting of the test's own: one that another test has left goes first. */
async function setup(...given: Parameters<typeof set>): Promise<Schema<'AccountLogSetting'>> {
  await given[0].DELETE('/accountlogsetting/delete');
  return await bodyOf(set(...given));
}

const lifetime = forGroup();
let running: TestAgent;
beforeAll(async () => {
  running = await agent({}, lifetime);
}, 60_000);

/** A call that changes nothing and is told of; the origin makes it recognisable. */
const mark = (click: SignedIn, origin: string, at: Pick<TestAgent, 'send'> = running): Promise<Response> =>
  at.send(`/fastrsettings/delete?id=00000000-0000-0000-0000-000000000000&token=${click.token}`, {
    method: 'DELETE',
    headers: { 'x-app-origin': origin },
  });
const marked = (origin: string) => (event: Readonly<Record<string, unknown>>) => event.origin === origin;

describe('the log setting', () => {
  it('is set up, read, changed and deleted, and its token comes back obfuscated', async () => {
    const [click, splunk] = [await running.signIn(), await collector(token)];
    expect(await refusalOf(click.GET('/accountlogsetting/get'))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    const made = await setup(click, splunk);
    expect(made).toMatchObject({ token: '********6789', serverAddress: '127.0.0.1', servicePort: splunk.port, active: true, provider: 1 });
    expect(await bodyOf(click.GET('/accountlogsetting/get'))).toEqual(made);
    expect(await refusalOf(set(click, splunk, { serverAddress: 'localhost' }))).toMatchObject({ status: 499, code: 'DUPLICATE' });
    expect(await bodyOf(click.PUT('/accountlogsetting/update', { body: { ...made, active: false } }))).toEqual({ ...made, active: false });
    expect((await click.DELETE('/accountlogsetting/delete')).response.status).toBe(200);
    expect(await refusalOf(click.GET('/accountlogsetting/get'))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it('is for administrators', async () => {
    const click = await running.signIn('user@example.com');
    expect(await refusalOf(click.GET('/accountlogsetting/get'))).toMatchObject({ status: 499, code: 'ACCESS' });
    expect(await refusalOf(click.DELETE('/accountlogsetting/delete'))).toMatchObject({ status: 499, code: 'ACCESS' });
  });
});

describe('the events of an account', () => {
  it('say who called what, when and how it ended, and hold no secret', async () => {
    const [click, splunk] = [await running.signIn(), await collector(token)];
    await setup(click, splunk);
    await mark(click, 'front-end');
    const call = await splunk.waitFor(marked('front-end'), 'the call');
    expect(call).toMatchObject({
      event: 'call',
      operation: 'deleteFastrSettings',
      method: 'DELETE',
      path: '/fastrsettings/delete',
      status: 499,
      code: 'NOT_FOUND',
      username: 'admin@example.com',
    });
    expect(['127.0.0.1', '::1']).toContain(call.client);
    expect(await splunk.waitFor(({ operation }) => operation === 'setupAccountLogSetting', 'the set-up')).toMatchObject({
      status: 200,
      code: '',
    });
    await running.signIn('user@example.com');
    await running.send('/authentication/login', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username: 'user@example.com', password: 'wrong-password' }),
    });
    const signedIn = { event: 'sign-in', username: 'user@example.com' };
    expect(await splunk.waitFor(({ outcome }) => outcome === 'failure', 'the failure')).toMatchObject({ ...signedIn, code: 'AUTH' });
    expect(splunk.events).toContainEqual(expect.objectContaining({ ...signedIn, outcome: 'success', code: '' }));
    const all = JSON.stringify(splunk.events);
    for (const secret of [token, click.token, 'click-demo', 'wrong-password']) expect(all).not.toContain(secret);
    expect(running.logged()).not.toContain(token);
    expect(splunk.events.some(({ method }) => method === 'GET')).toBe(false);
    expect(splunk.violations).toEqual([]);
  });

  it('tell of the end of a transfer, with its owner', async () => {
    const [click, splunk, server] = [await running.signIn(), await collector(token), await objectServer(['bucket'])];
    await setup(click, splunk);
    const files = await localFiles();
    await files.write('report.bin', 2000);
    const body = {
      cloudAccount: { id: await cloudAccount(click, server.url) },
      storageName: 'bucket',
      uploadPath: '',
      localFilePath: files.path('report.bin'),
    };
    const { transferId } = await bodyOf(click.POST('/cloud/upload_object', { body }));
    expect(await splunk.waitFor(({ event }) => event === 'transfer', 'the end of the transfer')).toMatchObject({
      outcome: 'completed',
      transferId,
      name: 'report.bin',
      username: 'admin@example.com',
      bytes: 2000,
      size: 2000,
      error: '',
    });
  });

  it('go to no other account’s destination', async () => {
    const splunk = await collector(token);
    const [click, stranger] = [await running.signIn(), await running.signIn('owner@example.org')];
    await setup(click, splunk);
    await mark(stranger, 'stranger');
    await mark(click, 'own');
    await splunk.waitFor(marked('own'), 'the own call');
    expect(JSON.stringify(splunk.events)).not.toMatch(/stranger|owner@example/);
  });
});

describe('a collector', () => {
  it('that is overloaded gets everything later, in order', async () => {
    const [click, splunk] = [await running.signIn(), await collector(token)];
    splunk.behave({ status: 503, body: '{"text":"Server is busy","code":9}', headers: { 'retry-after': '0' } });
    await setup(click, splunk);
    await mark(click, 'first');
    await splunk.requested(2);
    splunk.behave('take');
    await mark(click, 'second');
    await splunk.waitFor(marked('second'), 'the second call');
    const order = splunk.events.flatMap(({ origin }) => (origin === 'first' || origin === 'second' ? [origin] : []));
    expect(order).toEqual(['first', 'second']);
  });

  it('that refuses the token gets nothing more until the setting changes', async () => {
    const [click, splunk] = [await running.signIn(), await collector(token)];
    const { id } = await setup(click, splunk, { token: 'another-token-0000' });
    await splunk.requested(1);
    await mark(click, 'kept');
    const requests = splunk.requests();
    await bodyOf(click.PUT('/accountlogsetting/update', { body: { id, token } }));
    await splunk.waitFor(marked('kept'), 'the call that was kept');
    expect(requests).toBe(1);
    expect(running.logged()).toContain('nothing is sent until the log setting changes: 403 code 4: Invalid token');
  });

  it('that drops connections or never answers keeps no request waiting', async () => {
    const impatient = await agent({ logTimeoutMs: 200 });
    const [click, splunk] = [await impatient.signIn(), await collector(token)];
    for (const behaviour of ['drop', 'hang'] as const) {
      splunk.behave(behaviour);
      if (behaviour === 'drop') await setup(click, splunk);
      const before = performance.now();
      for (let calls = 0; calls < 10; calls += 1) await mark(click, behaviour, impatient);
      expect(performance.now() - before).toBeLessThan(5000);
      await splunk.requested(splunk.requests() + 1);
    }
    splunk.behave('take');
    await splunk.waitFor(marked('hang'), 'a call of the time in which nothing was answered');
    expect(splunk.events.filter(marked('drop')).length).toBeGreaterThan(9);
  });

  it('that was down finds what happened meanwhile after a restart of the agent, and after its death', { timeout: 60_000 }, async () => {
    const dataDir = await dataDirectory();
    const splunk = await collector(token);
    splunk.behave('drop');
    const first = await agent({ dataDir });
    const before = await first.signIn();
    await setup(before, splunk);
    await mark(before, 'before the end', first);
    await first.close();
    const second = await childAgent(['--data-dir', dataDir]);
    const click = await second.signIn();
    const known = splunk.requests();
    await mark(click, 'before the death', { send: (path, init) => fetch(`${second.url}${path}`, init) });
    // A try, so that the event is known to be in the outbox.
    await bodyOf(click.PUT('/accountlogsetting/update', { body: { active: true } }));
    await splunk.requested(known + 1);
    await second.stop('SIGKILL');
    splunk.behave('take');
    await agent({ dataDir });
    await splunk.waitFor(marked('before the end'), 'the call before the restart');
    await splunk.waitFor(marked('before the death'), 'the call before the death');
    expect(splunk.violations).toEqual([]);
  });
});

describe('the end of the agent', () => {
  it('comes after the last event is sent', async () => {
    const ending = await agent();
    const [click, splunk] = [await ending.signIn(), await collector(token)];
    await setup(click, splunk);
    await mark(click, 'last', ending);
    await ending.close();
    expect(splunk.events.some(marked('last'))).toBe(true);
  });

  it('is not kept back by a collector that never answers', async () => {
    const ending = await agent();
    const [click, splunk] = [await ending.signIn(), await collector(token)];
    splunk.behave('hang');
    await setup(click, splunk);
    await splunk.requested(1);
    const before = performance.now();
    await ending.close();
    expect(performance.now() - before).toBeLessThan(8000);
  });
});
