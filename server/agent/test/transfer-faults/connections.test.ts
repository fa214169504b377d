// Whole-agent tests of connections that break at a given byte: the copy is equal, or nothing of it is visible and nothing is left.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { forGroup, forTest } from '../lifetime.ts';
import { sha256 } from '../local-files.ts';
import { type Fault, type FaultProxy, faultProxy, type Way } from './fault-proxy.ts';
import { bucket, type FaultStage, faultStage, KiB } from './fault-stage.ts';

const size = 900 * KiB + 13;
const bytes = randomBytes(size);
const lifetime = forGroup();
let stage: FaultStage;
let proxy: FaultProxy;
let behind: string;

beforeAll(async () => {
  stage = await faultStage(lifetime, 6);
  proxy = await faultProxy(stage.server.url, lifetime);
  behind = await stage.accountAt(proxy.url);
  await stage.server.put(bucket, 'origin.bin', bytes);
  await stage.files.write('source.bin', bytes);
});

const at = (kind: Fault['kind'], way: Way, ...after: number[]): Fault[] => after.map((bytesOn) => ({ kind, way, after: bytesOn }));

/** Each kind of transfer through the proxy; answers the copy. */
const ways = {
  upload: {
    data: 'to-server',
    start: () => stage.upload(behind, 'source.bin'),
    copy: () => stage.server.get(bucket, 'up/source.bin'),
  },
  download: {
    data: 'to-client',
    start: () => stage.download(behind, 'origin.bin', 'down'),
    copy: () => stage.files.read('down/origin.bin').catch(() => undefined),
  },
  'server transfer, at its source': {
    data: 'to-client',
    start: () =>
      stage.copy(
        { url: proxy.url, path: 'origin.bin', account: behind },
        { url: stage.server.url, path: 'copy-1.bin', account: stage.account },
      ),
    copy: () => stage.server.get(bucket, 'copy-1.bin'),
  },
  'server transfer, at its target': {
    data: 'to-server',
    start: () =>
      stage.copy(
        { url: stage.server.url, path: 'origin.bin', account: stage.account },
        { url: proxy.url, path: 'copy-2.bin', account: behind },
      ),
    copy: () => stage.server.get(bucket, 'copy-2.bin'),
  },
} as const;

describe.each(Object.entries(ways))('the connection of a %s', (_name, { data, start, copy }) => {
  it.each([
    ['is cut in the middle of the data, again and again', () => at('cut', data, 150 * KiB, 90 * KiB, 200 * KiB)],
    ['is reset in the middle of the data, again and again', () => at('reset', data, 150 * KiB, 90 * KiB, 200 * KiB)],
    ['is cut and reset in the middle of a head', () => [...at('cut', data, 20), ...at('reset', data, 100)]],
    ['is cut in the middle of an answer', () => at('cut', 'to-client', 90)],
    ['brings its bytes in pieces of 997', () => at('pieces', data, 997, 997, 997, 997)],
  ])('%s: every byte arrives', async (_what, faults) => {
    const before = proxy.struck();
    const planned = faults();
    proxy.arm(planned);
    expect(await stage.run('Completed', start)).toBe('');
    if (planned[0]?.kind !== 'pieces') expect(proxy.struck()).toBeGreaterThan(before);
    proxy.arm('none');
    expect(sha256(await copy())).toBe(sha256(bytes));
    await stage.expectNoDebris();
  });
});

describe('a connection that always breaks', () => {
  const always = async (fault: Fault) => {
    const impatient = await faultStage(forTest, 2);
    const broken = await faultProxy(impatient.server.url);
    const account = await impatient.accountAt(broken.url);
    broken.always(fault);
    return { ...impatient, account, host: new URL(broken.url).host, heal: () => broken.arm('none') };
  };

  it('fails an upload with the address in its message, keeps the object of the same name, and leaves nothing', async () => {
    const { server, files, run, upload, account, host, heal, expectNoDebris } = await always({
      kind: 'reset',
      way: 'to-server',
      after: 20 * KiB,
    });
    await server.put(bucket, 'up/source.bin', 'the old content');
    await files.write('source.bin', size);
    expect(await run('Failed', () => upload(account, 'source.bin'))).toContain(host);
    heal();
    expect((await server.get(bucket, 'up/source.bin'))?.toString()).toBe('the old content');
    await expectNoDebris();
  });

  it('fails a download likewise, keeps the file of the same name, and leaves no part file', async () => {
    const { server, files, run, download, account, host } = await always({ kind: 'cut', way: 'to-client', after: 20 * KiB });
    await server.put(bucket, 'origin.bin', bytes);
    await files.write('kept/origin.bin', Buffer.from('the old content'));
    expect(await run('Failed', () => download(account, 'origin.bin', 'kept'))).toContain(host);
    expect((await files.read('kept/origin.bin')).toString()).toBe('the old content');
    expect(await files.list('kept')).toEqual(['origin.bin']);
  });
});

describe('a bit that turns over on the way', () => {
  it('to a server that checks its chunks costs a chunk, not the copy', async () => {
    const before = proxy.struck();
    // Nobody knows which connection will carry the data.
    proxy.arm(at('flip', 'to-server', 100 * KiB, 100 * KiB, 100 * KiB, 100 * KiB));
    expect(await stage.run('Completed', ways.upload.start)).toBe('');
    proxy.arm('none');
    expect(proxy.struck()).toBeGreaterThan(before);
    expect(sha256(await ways.upload.copy())).toBe(sha256(bytes));
    await stage.expectNoDebris();
  });

  it('to the agent is found by VerifyChecksum, and the file is removed again', async () => {
    const { response } = await stage.click.POST('/fastrsettings/insert', { body: { CloudAccountId: behind, VerifyChecksum: true } });
    expect(response.status).toBe(200);
    proxy.arm(at('flip', 'to-client', 50 * KiB));
    const message = await stage.run('Failed', () => stage.download(behind, 'origin.bin', 'damaged'));
    proxy.arm('none');
    expect(message).toMatch(/SHA-256/);
    expect(await stage.files.list('damaged')).toEqual([]);
  });
});
