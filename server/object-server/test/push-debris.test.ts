import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createUpload, startFixture, temporaryDirectory, TUS, until, type Fixture } from './fixture.ts';
import {
  between,
  KIB,
  object,
  pushesOf,
  QUICK,
  scriptedTarget,
  sourceServer,
  type Passage,
  type Pushes,
  type Shown,
} from './push-fixture.ts';

const SIZE = 200 * KIB + 7;

interface Hold {
  on: (passage: Passage) => Promise<undefined> | undefined;
  /** Resolves when the answer is there and held. */
  held: Promise<Passage>;
  release: () => void;
}

/** Holds the answer to the first request of a method to a path. */
function hold(method: string, path: string): Hold {
  let [reached, release] = [(_passage: Passage): void => undefined, (): void => undefined];
  const held = new Promise<Passage>((resolve) => (reached = resolve));
  const released = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
  let first = true;
  const on = (passage: Passage): Promise<undefined> | undefined => {
    if (!first || passage.method !== method || passage.path !== path) return undefined;
    first = false;
    reached(passage);
    return released;
  };
  return { on, held, release };
}

/** The push once nothing more is done about it at its target. */
async function settled(pushes: Pushes, id: string): Promise<Shown> {
  const file = join(pushes.source.dataDir, 'pushes', `${id}.json`);
  await until(async () => !(JSON.parse(await readFile(file, 'utf8')) as { cleanup: boolean }).cleanup);
  return await pushes.status(id);
}

async function cancelled(pushes: Pushes, id: string): Promise<Shown> {
  expect((await pushes.command(id, 'cancel')).json).toMatchObject({ status: 'cancelled' });
  return await settled(pushes, id);
}

/** Cancels, and lets the held answer through when the command has surely arrived. */
async function cancelDuring(pushes: Pushes, id: string, { held, release }: Hold): Promise<Shown> {
  const { dropped } = await held;
  const cancelling = cancelled(pushes, id);
  const arrived = async (): Promise<void> => {
    for (let n = 0; n < 10; n++) await pushes.status(id);
  };
  await Promise.race([dropped, arrived()]);
  release();
  return await cancelling;
}

/** Ends a server whose push knows nothing of its end, as a death does. */
async function die({ server, dataDir }: Fixture, id: string): Promise<void> {
  const file = join(dataDir, 'pushes', `${id}.json`);
  const before = await readFile(file);
  await server.close();
  await writeFile(file, before);
}

const there = async (target: Fixture, key: string): Promise<number> => (await target.call('HEAD', `/bucket/${key}`)).status;

test('a push that is cancelled while its upload is being opened leaves none at the target', async () => {
  const [pushes, target] = [await sourceServer({ limits: { pushAnswerGraceMs: 60_000 } }), await startFixture()];
  await object(pushes.source, 'a.bin', SIZE);
  const opening = hold('POST', '/bucket/a.bin');
  const passage = await between(target.server.port, opening.on);
  const id = await pushes.ask(passage.url, 'a.bin');
  expect(await cancelDuring(pushes, id, opening)).toMatchObject({ status: 'cancelled', error: null });
  expect(await target.files('uploads')).toEqual([]);
  expect(passage.passed.filter((request) => request.startsWith('GET'))).toEqual([]);
});

test('an upload whose opening was never answered is found and removed, and others are not', async () => {
  const [pushes, target] = [await sourceServer({ limits: { pushAnswerGraceMs: 10 } }), await startFixture()];
  await object(pushes.source, 'a.bin', SIZE);
  const begun = await createUpload(target, 'a.bin', SIZE);
  await target.call('PATCH', begun, {
    headers: { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': 0 },
    body: 'x',
  });
  const others = [begun, await createUpload(target, 'b.bin', SIZE), await createUpload(target, 'a.bin', SIZE + 1)];
  const opening = hold('POST', '/bucket/a.bin');
  const passage = await between(target.server.port, opening.on);
  const id = await pushes.ask(passage.url, 'a.bin');
  await opening.held;
  const directories = async (): Promise<string[]> => (await target.files('uploads')).filter((name) => !name.includes('/'));
  expect(await directories()).toHaveLength(4);
  expect(await cancelled(pushes, id)).toMatchObject({ status: 'cancelled', error: null });
  expect(await directories()).toEqual(others.map((location) => location.replace('/.uploads/', '')).toSorted());
});

test('a target that lists no uploads is cancelled at without it', async () => {
  const pushes = await sourceServer({ limits: { pushAnswerGraceMs: 10 } });
  await object(pushes.source, 'a.bin', SIZE);
  const foreign = await scriptedTarget(({ method }, res) => {
    if (method === 'OPTIONS') return void res.writeHead(204, { 'tus-version': '1.0.0', 'tus-extension': 'creation' }).end();
    if (method === 'GET') return void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    if (method === 'HEAD') res.writeHead(404).end();
  });
  const id = await pushes.ask(foreign.url, 'a.bin');
  await until(async () => foreign.requests.some(({ method }) => method === 'POST'));
  expect(await cancelled(pushes, id)).toMatchObject({ status: 'cancelled', error: null });
  await until(async () => (await pushes.source.call('DELETE', `/.pushes/${id}`)).status === 204);
});

test('an upload that was opened for a server that died before it heard of it is gone when the push is through', async () => {
  const [dataDir, target] = [await temporaryDirectory(), await startFixture()];
  const limits = { ...QUICK, pushAnswerGraceMs: 0 };
  const first = await startFixture({ dataDir, limits });
  const bytes = await object(first, 'a.bin', SIZE);
  const opening = hold('POST', '/bucket/a.bin');
  const passage = await between(target.server.port, opening.on);
  const id = await pushesOf(first).ask(passage.url, 'a.bin');
  await opening.held;
  await die(first, id);
  const second = pushesOf(await startFixture({ dataDir, limits }));
  expect(await second.reaches(id)).toMatchObject({ status: 'completed', checksumVerified: true });
  expect((await target.call('GET', '/bucket/a.bin')).body.equals(bytes)).toBe(true);
  await until(async () => (await target.files('uploads')).length === 0);
});

test('an upload whose opening was answered to nobody is gone when the next attempt is through', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  await object(pushes.source, 'a.bin', SIZE);
  let lost = 0;
  const passage = await between(target.server.port, ({ method }) => (method === 'POST' && lost++ === 0 ? false : undefined));
  expect(await pushes.reaches(await pushes.ask(passage.url, 'a.bin'))).toMatchObject({ status: 'completed' });
  await until(async () => (await target.files('uploads')).length === 0);
  expect(lost).toBe(2);
});

test('an empty object whose creation was answered to nobody is known again', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  await object(pushes.source, 'empty.bin', 0);
  let lost = 0;
  const passage = await between(target.server.port, ({ method }) => (method === 'POST' && lost++ === 0 ? false : undefined));
  const shown = await pushes.reaches(await pushes.ask(passage.url, 'empty.bin'));
  expect(shown).toMatchObject({ status: 'completed', checksumVerified: true });
  expect([lost, await there(target, 'empty.bin')]).toEqual([1, 200]);
});

test('a push whose upload was not lost asks for no listing', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  await object(pushes.source, 'a.bin', SIZE);
  const passage = await between(target.server.port, () => undefined);
  expect(await pushes.reaches(await pushes.ask(passage.url, 'a.bin'))).toMatchObject({ status: 'completed' });
  expect(passage.passed.filter((request) => request.startsWith('GET'))).toEqual([]);
});

test('a push that is cancelled while its copy is being looked at takes the copy back', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  await object(pushes.source, 'a.bin', SIZE);
  const looking = hold('HEAD', '/bucket/a.bin');
  const passage = await between(target.server.port, looking.on);
  const id = await pushes.ask(passage.url, 'a.bin', { overwrite: true });
  await looking.held;
  expect(await there(target, 'a.bin')).toBe(200);
  expect(await cancelDuring(pushes, id, looking)).toMatchObject({ status: 'cancelled', error: null });
  expect([await there(target, 'a.bin'), await target.files('uploads')]).toEqual([404, []]);
});

test('an object that somebody else has put meanwhile is not taken for the copy, however long it is', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  await object(pushes.source, 'a.bin', SIZE);
  const looking = hold('HEAD', '/bucket/a.bin');
  const passage = await between(target.server.port, looking.on);
  const id = await pushes.ask(passage.url, 'a.bin', { overwrite: true });
  await looking.held;
  const other = await object(target, 'a.bin', SIZE);
  expect(await cancelDuring(pushes, id, looking)).toMatchObject({ status: 'cancelled', error: null });
  expect((await target.call('GET', '/bucket/a.bin')).body.equals(other)).toBe(true);
});

test('a copy that cannot be told from another object of its size is left, and the push says so', async () => {
  const [pushes, target] = [await sourceServer(), await startFixture()];
  await object(pushes.source, 'a.bin', SIZE);
  const looking = hold('HEAD', '/bucket/a.bin');
  const passage = await between(target.server.port, (answer) => {
    delete answer.headers['repr-digest'];
    return looking.on(answer);
  });
  const id = await pushes.ask(passage.url, 'a.bin', { overwrite: true });
  expect(await cancelDuring(pushes, id, looking)).toMatchObject({ status: 'cancelled', error: expect.stringContaining('was left') });
  expect(await there(target, 'a.bin')).toBe(200);
});

/** A target without tus that holds one object and tells what it is told to. */
async function plainTarget(told: { onPut: object; onHead?: object; putAnswers?: boolean }) {
  const state = { eTag: '', headsHeld: 0, release: (): void => undefined };
  const target = await scriptedTarget(({ method, headers }, res) => {
    if (method === 'PUT') {
      state.eTag = '"ours"';
      if (told.putAnswers !== false) res.writeHead(201, { ...told.onPut }).end();
    } else if (method === 'HEAD') {
      const answer = (): void => {
        if (state.eTag === '') res.writeHead(404).end();
        else res.writeHead(200, { 'content-length': String(SIZE), etag: state.eTag, ...told.onHead }).end();
      };
      const verifying = state.eTag !== '' && state.headsHeld === 0;
      if (!verifying || told.putAnswers === false) return answer();
      state.headsHeld = 1;
      state.release = answer;
    } else if (method === 'DELETE') {
      const matches = headers['if-match'] === state.eTag;
      if (matches) state.eTag = '';
      res.writeHead(matches ? 204 : 412).end();
    } else res.writeHead(404).end();
  });
  return { ...target, state };
}

test('what a target without tus had taken before the cancel is removed, if it is that very version', async () => {
  const pushes = await sourceServer();
  await object(pushes.source, 'a.bin', SIZE);
  for (const [meanwhile, remains] of [
    ['"ours"', ''],
    ['"theirs"', '"theirs"'],
  ] as const) {
    const target = await plainTarget({ onPut: { etag: '"ours"' } });
    const id = await pushes.ask(target.url, 'a.bin', { overwrite: true });
    await until(async () => target.state.headsHeld === 1);
    target.state.eTag = meanwhile;
    expect(await cancelled(pushes, id)).toMatchObject({ status: 'cancelled', error: null });
    expect(target.state.eTag).toBe(remains);
  }
});

test('what a target without tus took and gave no name is left, and the push says so', async () => {
  const pushes = await sourceServer();
  await object(pushes.source, 'a.bin', SIZE);
  const target = await plainTarget({ onPut: {} });
  const id = await pushes.ask(target.url, 'a.bin');
  await until(async () => target.state.headsHeld === 1);
  expect(await cancelled(pushes, id)).toMatchObject({ status: 'cancelled', error: expect.stringContaining('was left') });
  expect(target.state.eTag).toBe('"ours"');
});

test('a PUT that was not answered before the cancel is taken back only where there was nothing to overwrite', async () => {
  const pushes = await sourceServer();
  const digest = createHash('sha256')
    .update(await object(pushes.source, 'a.bin', SIZE))
    .digest('base64');
  for (const [overwrite, remains, error] of [
    [false, '', null],
    [true, '"ours"', expect.stringContaining('was left')],
  ] as const) {
    const target = await plainTarget({ onPut: {}, onHead: { 'repr-digest': `sha-256=:${digest}:` }, putAnswers: false });
    const id = await pushes.ask(target.url, 'a.bin', { overwrite });
    await until(async () => target.state.eTag !== '');
    expect(await cancelled(pushes, id)).toMatchObject({ status: 'cancelled', error });
    expect(target.state.eTag).toBe(remains);
  }
});

test('a PUT whose answer got lost is known again by its SHA-256, also after a restart', async () => {
  const dataDir = await temporaryDirectory();
  const first = await startFixture({ dataDir, limits: QUICK });
  const digest = createHash('sha256')
    .update(await object(first, 'a.bin', SIZE))
    .digest('base64');
  const target = await plainTarget({ onPut: {}, onHead: { 'repr-digest': `sha-256=:${digest}:` }, putAnswers: false });
  const id = await pushesOf(first).ask(target.url, 'a.bin');
  await until(async () => target.state.eTag !== '');
  await die(first, id);
  const second = pushesOf(await startFixture({ dataDir, limits: QUICK }));
  expect(await second.reaches(id)).toMatchObject({ status: 'completed', bytes: SIZE, checksumVerified: true });
  expect(target.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
});
