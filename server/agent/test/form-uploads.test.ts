// Whole-agent tests of uploads by form: what is received, what is refused, and that the temporary folder ends up empty.
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, type Refusal } from './answers.ts';
import { progressed, recordNotifications } from './frames.ts';
import { gate } from './gate.ts';
import { forGroup } from './lifetime.ts';
import { sha256 } from './local-files.ts';
import { objectServer, type TestObjectServer } from './object-server.ts';

const KiB = 1024;
const path = '/cloud/upload_object_from_form';
const storageName = 'bucket-a';
const lifetime = forGroup();
let running: TestAgent;
let server: TestObjectServer;
let click: SignedIn;
let id: string;

beforeAll(async () => {
  running = await agent({ chunkBytes: 64 * KiB, formBytes: 2048 * KiB, bodyBytes: 4 * KiB }, lifetime);
  server = await objectServer([storageName], lifetime);
  click = await running.signIn();
  id = await insertAccount(click, server.url);
});

type Part = readonly [name: string, value: string | { readonly bytes: Buffer; readonly name: string }];

function form(...parts: Part[]): FormData {
  const data = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new File([new Uint8Array(value.bytes)], value.name));
  }
  return data;
}

const account = (cloudAccountId = id): Part => ['cloudAccountJson', JSON.stringify({ id: cloudAccountId })];
const bucket = (name = storageName): Part => ['storageName', name];
const folder: Part = ['uploadPath', 'forms'];
const file = (bytes: Buffer, name: string): Part => ['file', { bytes, name }];
const post = (body: FormData) => running.send(path, { method: 'POST', body });

async function accepted(body: FormData): Promise<string> {
  const answer = await post(body);
  if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { transferId: string }).transferId;
}

async function refused(answer: Response): Promise<Refusal> {
  const { type, status, errors } = (await answer.json()) as { type: string; status: number; errors: Record<string, string[]> };
  expect([status, type]).toEqual([answer.status, answer.headers.get('error-code')]);
  return { status, code: type, message: errors[type]?.[0] ?? '' };
}

async function staged({ dataDir }: TestAgent = running): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'tmp'), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(dataDir.length));
}

async function nothingStaged(): Promise<void> {
  await expect.poll(() => staged(), { timeout: 10_000 }).toEqual([]);
}

describe('an upload by form', () => {
  it('takes its fields before, after and around the file', async () => {
    const notifications = await recordNotifications(running.url);
    const bytes = randomBytes(300 * KiB);
    const orders: Record<string, (part: Part) => Part[]> = {
      'before.bin': (part) => [account(), bucket(), folder, part],
      'after.bin': (part) => [part, account(), bucket(), folder],
      'around.bin': (part) => [folder, part, bucket(), account()],
    };
    for (const [name, order] of Object.entries(orders)) {
      await progressed(notifications, await accepted(form(...order(file(bytes, name)))), 'Completed');
      expect(sha256(await server.get(storageName, `forms/${name}`)), `${name}`).toBe(sha256(bytes));
    }
    await nothingStaged();
  });

  it('keeps the file below tmp/{cloudAccountId}/{storageName} for as long as its transfer is under way', async () => {
    const notifications = await recordNotifications(running.url);
    const passage = await gate(server.url, 'to-server', 256 * KiB);
    const gated = await insertAccount(click, passage.url);
    const ids = [];
    for (const name of ['kept.bin', 'cancelled.bin'])
      ids.push(await accepted(form(account(gated), bucket(), folder, file(randomBytes(600 * KiB), name))));
    await passage.holding();
    const files = await staged();
    expect(files.map((name) => name.replace(/[0-9a-f-]{36}-(?=\w+\.bin$)/, '')).sort()).toEqual(
      ['cancelled.bin', 'kept.bin'].map((name) => join('/tmp', gated, storageName, name)),
    );
    await click.POST('/cloud/client_transfer/{transferId}/cancel', { params: { path: { transferId: ids[1]! } } });
    await expect.poll(() => staged(), { timeout: 10_000 }).toHaveLength(1);
    passage.release();
    await progressed(notifications, ids[0]!, 'Completed');
    await nothingStaged();
    expect(await server.list(storageName)).not.toContain('forms/cancelled.bin');
  });

  it('keeps no file of a transfer that fails', async () => {
    const notifications = await recordNotifications(running.url);
    const transferId = await accepted(form(account(), bucket('no-such-bucket'), file(randomBytes(10), 'x.bin')));
    await progressed(notifications, transferId, 'Failed');
    await expect.poll(() => staged(), { timeout: 10_000 }).toEqual([]);
  });

  it('uses the name of the file and nothing else of the path that a client may send', async () => {
    const notifications = await recordNotifications(running.url);
    for (const name of ['../../../escape.bin', 'C:\\Users\\me\\escape.bin', 'grüße .bin', '..'])
      await progressed(
        notifications,
        await accepted(form(account(), bucket(), ['uploadPath', 'named'], file(randomBytes(10), name))),
        'Completed',
      ).catch((error: unknown) => {
        throw new Error(name, { cause: error });
      });
    const listed = await server.list(storageName);
    expect(listed.filter((key) => key.startsWith('named/'))).toEqual(expect.arrayContaining(['named/escape.bin', 'named/grüße .bin']));
    expect(listed.every((key) => !key.split('/').includes('..'))).toBe(true);
    await nothingStaged();
  });
});

describe('an upload by form is refused', () => {
  it('with 400 when the file is missing or empty', async () => {
    for (const parts of [
      [account(), bucket()],
      [account(), bucket(), file(Buffer.alloc(0), 'empty.bin')],
      [account(), bucket(), ['file', 'a field']],
    ] as Part[][])
      expect((await refused(await post(form(...parts)))).status).toBe(400);
    await nothingStaged();
  });

  it('when the account or the bucket is missing, and names what is wrong', async () => {
    const bytes = file(randomBytes(10), 'x.bin');
    expect(await refused(await post(form(bucket(), bytes)))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
      message: expect.stringContaining('cloudAccountJson'),
    });
    expect(await refused(await post(form(account(), bytes)))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
      message: expect.stringContaining('storageName'),
    });
    for (const text of ['not json', '[]', '{}', 'null', '{"id":1}', '"id"'])
      expect(await refused(await post(form(['cloudAccountJson', text], bucket(), bytes))), `${text}`).toMatchObject({
        status: 499,
        code: 'DEFAULT',
        message: expect.stringContaining('cloudAccountJson'),
      });
    const unknown = account('00000000-0000-4000-8000-000000000000');
    expect(await refused(await post(form(unknown, bucket(), bytes)))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    await nothingStaged();
  });

  it('when the file, a field or the number of fields is over its limit', async () => {
    const tooLarge = await refused(await post(form(account(), bucket(), file(randomBytes(2048 * KiB + 1), 'large.bin'))));
    expect(tooLarge).toMatchObject({ status: 499, code: 'DEFAULT', message: expect.stringContaining(String(2048 * KiB)) });
    const longField: Part = ['uploadPath', 'x'.repeat(5 * KiB)];
    expect(await refused(await post(form(account(), bucket(), longField, file(randomBytes(10), 'x.bin'))))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
    });
    const many = Array.from({ length: 30 }, (_, index): Part => [`field${index}`, 'x']);
    expect(await refused(await post(form(...many, account(), bucket(), file(randomBytes(10), 'x.bin'))))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
    });
    const second = file(randomBytes(10), 'second.bin');
    expect(await refused(await post(form(account(), bucket(), file(randomBytes(10), 'x.bin'), second)))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
    });
    await nothingStaged();
  });

  it('when the body is no form, or a form without an end', async () => {
    const send = (contentType: string, body: string) =>
      running.send(path, { method: 'POST', headers: { 'content-type': contentType }, body });
    const open = '--b\r\nContent-Disposition: form-data; name="file"; filename="x.bin"\r\n\r\nsome bytes';
    for (const [contentType, body] of [
      ['application/json', '{}'],
      ['multipart/form-data', 'x'],
      ['multipart/form-data; boundary=b', 'garbage'],
      ['multipart/form-data; boundary=b', open],
    ] as const) {
      expect(await refused(await send(contentType, body)), `${contentType} ${body}`).toMatchObject({ status: 499, code: 'DEFAULT' });
    }
    await nothingStaged();
  });

  it('when nobody is signed in', async () => {
    const anonymous = await agent();
    const answer = await anonymous.send(path, { method: 'POST', body: form(account(), bucket(), file(randomBytes(10), 'x.bin')) });
    expect(await refused(answer)).toMatchObject({ status: 401, code: 'TOKEN' });
    expect(await staged(anonymous)).toEqual([]);
  });
});

describe('a client that goes away in the middle of a form', () => {
  it('leaves no file and no transfer', async () => {
    const before = (await bodyOf(click.GET('/cloud/client_transfer/all'))).length;
    await mkdir(join(running.dataDir, 'tmp'), { recursive: true });
    const call = request(running.url + path, { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' } });
    call.write('--b\r\nContent-Disposition: form-data; name="file"; filename="half.bin"\r\n\r\n');
    call.write(randomBytes(200 * KiB));
    await expect.poll(() => staged(), { timeout: 10_000 }).toEqual([expect.stringMatching(/incoming.*\.part$/)]);
    const gone = once(call, 'error');
    call.destroy(new Error('the test goes away'));
    await gone;
    await nothingStaged();
    expect(await bodyOf(click.GET('/cloud/client_transfer/all'))).toHaveLength(before);
    expect(running.logged()).not.toContain('unexpected error');
  });
});
