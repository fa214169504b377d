import { CloudType } from '@click-kit/contract';
import { describe, expect, it } from 'vitest';
import type { CopyCourse, CopySource } from './provider.ts';
import { connectS3, type S3Connection } from './s3-client.ts';
import { copyObject } from './s3-copy.ts';
import { dropCopy } from './s3-copy-state.ts';
import { defaultS3Limits } from './s3-limits.ts';
import { kindOf, signal, uploadOf } from './testing/provider-tools.ts';
import { failure, S3Store } from './testing/s3-store.ts';
import { scriptedServer } from './testing/scripted-server.ts';

const law = { singleBytes: 1000, partBytes: 1000 };
const from: CopySource = { bucket: 'b', key: 'from', eTag: '"1"', size: 4500 };
const to = uploadOf({ bucket: 'b', chunkSize: 5 * 1024 * 1024 }, 'o.bin', from.size);

interface Bench extends AsyncDisposable {
  readonly store: S3Store;
  readonly s3: S3Connection;
}

async function bench(): Promise<Bench> {
  const store = new S3Store();
  const server = await scriptedServer(store.script);
  const account = {
    cloudType: CloudType.S3Generic,
    region: 'us-east-1',
    endpoint: server.url,
    accessKey: 'me',
    secretKey: 's',
    serviceUrl: '',
  };
  const s3 = connectS3(account, { ...defaultS3Limits, attempts: 1, answerMs: 600, partMs: 600, stallMs: 200 });
  return { store, s3, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

class Course implements CopyCourse {
  readonly told: (string | number)[] = [];
  readonly saved: string;
  state = '';

  constructor(saved = '') {
    this.saved = saved;
  }
  begin = (): void => void this.told.push('begin');
  keep = (state: string): void => {
    this.state = state;
    this.told.push('keep');
  };
  alive = (bytes = 0): void => void this.told.push(bytes);
}

const failAt =
  (part: string): S3Store['instead'] =>
  (operation, req, res) => {
    const hit = operation === 'copyPart' && req.url?.includes(`partNumber=${part}&`) === true;
    if (hit) failure(res, 500, 'InternalError');
    return hit;
  };

/** A copy whose part 3 the store refuses. */
async function broken({ store, s3 }: Bench): Promise<Course> {
  const course = new Course();
  store.instead = failAt('3');
  expect(await kindOf(copyObject(s3, from, to, signal(), { law, course }))).toBe('unavailable');
  store.instead = () => false;
  store.asked.length = 0;
  return course;
}

describe('A copy in parts within an S3 store', () => {
  it('is known before its first part, and tells of each part', async () => {
    await using at = await bench();
    const course = new Course();
    at.store.instead = (operation) => {
      if (operation === 'copyPart') expect(course.told.slice(0, 2)).toEqual(['begin', 'keep']);
      if (operation === 'create') expect(course.told).toEqual(['begin']);
      return false;
    };
    expect(await copyObject(at.s3, from, to, signal(), { law, course })).toBe('size');
    expect(course.told).toEqual(['begin', 'keep', 1000, 2000, 3000, 4000, 4500]);
    expect(at.store.published).toBe(4500);
  });

  it('that was interrupted goes on with the parts that are missing', async () => {
    await using at = await bench();
    const { state } = await broken(at);
    expect(at.store.open).toBe(true);
    const had = at.store.parts.size;
    expect(await copyObject(at.s3, from, to, signal(), { law, course: new Course(state) })).toBe('size');
    expect(at.store.asked.filter((operation) => operation === 'copyPart')).toHaveLength(5 - had);
    expect(at.store.asked).not.toContain('create');
    expect(at.store.published).toBe(4500);
  });

  it('begins anew, and removes what it had, when the source is another version', async () => {
    await using at = await bench();
    const { state } = await broken(at);
    expect(await copyObject(at.s3, { ...from, eTag: '"2"' }, to, signal(), { law, course: new Course(state) })).toBe('size');
    expect(at.store.asked.slice(0, 3)).toEqual(['list', 'abort', 'create']);
  });

  it('whose completion was not heard is not made again, and an older object is not taken for it', async () => {
    await using at = await bench();
    const course = new Course();
    at.store.loseCompletion = true;
    expect(await kindOf(copyObject(at.s3, from, to, signal(), { law, course }))).toBe('unavailable');
    at.store.loseCompletion = false;
    at.store.asked.length = 0;
    const again = (lastModified: Date) => {
      at.store.head = { etag: '"0123-5"', 'last-modified': lastModified.toUTCString() };
      return copyObject(at.s3, from, { ...to, ifAbsent: true }, signal(), { law, course: new Course(course.state) });
    };
    expect(await again(new Date())).toBe('size');
    expect(at.store.asked).toEqual(['list', 'head']);
    expect(await kindOf(again(new Date(Date.now() - 600_000)))).toBe('conflict');
  });

  it('is removed by its state, and by itself when nobody wants to know of it', async () => {
    await using at = await bench();
    const { state } = await broken(at);
    await dropCopy(at.s3, to, state, signal());
    expect(at.store.open).toBe(false);
    await dropCopy(at.s3, to, state, signal());
    await dropCopy(at.s3, to, 'of something else', signal());
    at.store.asked.length = 0;
    const refusing = new Course();
    refusing.keep = () => {
      throw new Error('no more');
    };
    await expect(copyObject(at.s3, from, to, signal(), { law, course: refusing })).rejects.toThrow('no more');
    expect(at.store.asked).toEqual(['create', 'abort']);
  });
});
