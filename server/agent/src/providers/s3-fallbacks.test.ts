import { CloudType } from '@click-kit/contract';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Provider } from './provider.ts';
import { connectS3 } from './s3-client.ts';
import { copyObject } from './s3-copy.ts';
import { S3Data } from './s3-data.ts';
import { defaultS3Limits } from './s3-limits.ts';
import { s3Provider } from './s3.ts';
import { chunkOf, kindOf, signal, uploadOf, writeAll } from './testing/provider-tools.ts';
import { base64, failure, S3Store } from './testing/s3-store.ts';
import { scriptedServer, type ScriptedServer } from './testing/scripted-server.ts';

const CHUNK = 5 * 1024 * 1024;
const limits = { attempts: 1, answerMs: 600, partMs: 600, stallMs: 200 };
const at = ({ url }: ScriptedServer, cloudType: number = CloudType.S3Generic) => ({
  cloudType,
  region: 'us-east-1',
  endpoint: url,
  accessKey: 'me',
  secretKey: 'secret',
  serviceUrl: '',
});
const bytes = Buffer.from('some bytes');
const small = { ...uploadOf({ bucket: 'b', chunkSize: CHUNK }, 'o.bin', bytes.length) };
const put = (provider: Provider, ifAbsent = false) => provider.putWhole!({ ...small, ifAbsent }, chunkOf(bytes), signal());
const large = uploadOf({ bucket: 'b', chunkSize: CHUNK }, 'o.bin', CHUNK * 2 + 10);
const content = Buffer.alloc(large.size, 'x');

describe('The CRC32 of a body', () => {
  it('stands in for its signature, once the store has answered with one', async () => {
    const store = new S3Store();
    store.crc32 = 'checks';
    await using server = await scriptedServer(store.script);
    expect([await put(s3Provider(at(server))), await put(s3Provider(at(server)))]).toEqual(['object', 'object']);
    expect(server.seen.map(({ headers }) => headers['x-amz-checksum-crc32'])).toEqual(Array(2).fill(base64(crc32(bytes))));
    expect(server.seen.map(({ headers }) => headers['x-amz-content-sha256'])).toEqual([
      createHash('sha256').update(bytes).digest('hex'),
      'UNSIGNED-PAYLOAD',
    ]);
  });

  it('is sent no more to a store that passes over it, and proves nothing', async () => {
    await using server = await scriptedServer(new S3Store().script);
    expect([await put(s3Provider(at(server))), await put(s3Provider(at(server)))]).toEqual(['size', 'size']);
    expect(server.seen.map(({ headers }) => headers['x-amz-checksum-crc32'])).toEqual([base64(crc32(bytes)), undefined]);
    expect(server.seen[1]?.headers['x-amz-content-sha256']).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it.each([
    [501, 'NotImplemented'],
    [400, 'InvalidRequest'],
  ] as const)('is left out for a store that refuses it with %i %s', async (status, code) => {
    const store = new S3Store();
    store.instead = (_operation, req, res) => {
      const refused = req.headers['x-amz-checksum-crc32'] !== undefined || req.headers['x-amz-checksum-algorithm'] !== undefined;
      if (refused) failure(res, status, code);
      return refused;
    };
    await using server = await scriptedServer(store.script);
    const session = await s3Provider(at(server)).openUpload(large, signal());
    await writeAll(session, content, CHUNK);
    expect(await session.commit(signal())).toBe('size');
    expect(await put(s3Provider(at(server)))).toBe('size');
    expect(store.asked).toEqual(['create', 'create', 'part', 'part', 'part', 'complete', 'head', 'put']);
  });

  it('of other bytes is not believed', async () => {
    const store = new S3Store();
    store.crc32 = 'AAAAAA==';
    await using server = await scriptedServer(store.script);
    expect(await kindOf(put(s3Provider(at(server))))).toBe('unavailable');
  });

  it('and the MD5 that is an ETag prove a small object', async () => {
    const store = new S3Store();
    store.instead = (operation, _req, res) => {
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
      if (operation === 'put') res.writeHead(200, { etag }).end();
      return operation === 'put';
    };
    await using server = await scriptedServer(store.script);
    expect(await put(s3Provider(at(server)))).toBe('object');
  });

  it('of all parts is compared with what the store has published, which is removed when it differs', async () => {
    const pieces = [0, 1, 2].map((n) => crc32(content.subarray(n * CHUNK, (n + 1) * CHUNK)));
    const ofParts = base64(crc32(Buffer.concat(pieces.map((piece) => Buffer.from(base64(piece), 'base64')))));
    for (const [type, published, proof] of [
      ['FULL_OBJECT', base64(crc32(content)), 'object'],
      ['COMPOSITE', `${ofParts}-3`, 'chunks'],
      ['FULL_OBJECT', 'AAAAAA==', 'unavailable'],
      ['COMPOSITE', `${ofParts}-2`, 'unavailable'],
    ] as const) {
      const store = new S3Store();
      store.created = { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': type };
      store.crc32 = 'checks';
      store.head = { 'x-amz-checksum-crc32': published, 'x-amz-checksum-type': type };
      await using server = await scriptedServer(store.script);
      const session = await s3Provider(at(server)).openUpload(large, signal());
      await writeAll(session, content, CHUNK);
      expect(await (proof === 'unavailable' ? kindOf(session.commit(signal())) : session.commit(signal()))).toBe(proof);
      expect(store.published).toBe(proof === 'unavailable' ? undefined : content.length);
    }
  });
});

describe('An object that must be absent', () => {
  it('is looked for where the store has no conditions', async () => {
    const store = new S3Store();
    store.instead = (_operation, req, res) => {
      if (req.headers['if-none-match'] !== undefined) failure(res, 501, 'NotImplemented');
      return req.headers['if-none-match'] !== undefined;
    };
    await using server = await scriptedServer(store.script);
    await put(s3Provider(at(server)), true);
    expect(await kindOf(put(s3Provider(at(server)), true))).toBe('conflict');
    // The first was refused twice: with its CRC32, and without it.
    expect(store.asked.slice(-3)).toEqual(['head', 'put', 'head']);
    store.published = undefined;
    const session = await s3Provider(at(server)).openUpload({ ...large, ifAbsent: true }, signal());
    await writeAll(session, content, CHUNK);
    await session.commit(signal());
    expect(store.published).toBe(content.length);
  });

  it('that is there after a lost answer, with our bytes, is ours', async () => {
    const store = new S3Store();
    store.head = { 'x-amz-checksum-crc32': base64(crc32(bytes)) };
    store.instead = (operation, _req, res) => {
      if (operation !== 'put') return false;
      store.published = bytes.length;
      res.destroy();
      return true;
    };
    await using server = await scriptedServer(store.script);
    expect(await put(s3Provider(at(server)), true)).toBe('object');
    store.head = { 'x-amz-checksum-crc32': 'AAAAAA==' };
    expect(await kindOf(put(s3Provider(at(server)), true))).toBe('unavailable');
  });

  it('is a conflict when the store says so at the end', async () => {
    const store = new S3Store();
    store.instead = (operation, req, res) => {
      const refused = operation === 'complete' && req.headers['if-none-match'] === '*';
      if (refused) failure(res, 412, 'PreconditionFailed');
      return refused;
    };
    await using server = await scriptedServer(store.script);
    const session = await s3Provider(at(server)).openUpload({ ...large, ifAbsent: true }, signal());
    await writeAll(session, content, CHUNK);
    expect(await kindOf(session.commit(signal()))).toBe('conflict');
  });
});

describe('A store with fewer requests', () => {
  it('that cannot list parts is believed by the acks', async () => {
    const store = new S3Store();
    store.instead = (operation, _req, res) => {
      if (operation === 'list') failure(res, 501, 'NotImplemented');
      return operation === 'list';
    };
    await using server = await scriptedServer(store.script);
    const provider = s3Provider(at(server));
    const first = await provider.openUpload(large, signal());
    await first.write(chunkOf(content.subarray(CHUNK, CHUNK * 2), CHUNK), signal());
    const second = await provider.resumeUpload(large, first.state, signal(), first.anyOrder?.takeAcks());
    expect([0, 1, 2].map((n) => second.anyOrder?.holds(n * CHUNK))).toEqual([false, true, false]);
    expect(first.anyOrder?.takeAcks()).toEqual([]);
  });

  it('that cannot copy says invalid, and parts of a copy that failed are removed', async () => {
    const store = new S3Store();
    store.instead = (operation, _req, res) => {
      if (operation === 'copy') failure(res, 501, 'NotImplemented');
      if (operation === 'copyPart') failure(res, 500, 'InternalError');
      return operation === 'copy' || operation === 'copyPart';
    };
    await using server = await scriptedServer(store.script);
    const from = { bucket: 'b', key: 'from', eTag: '"1"', size: 10 };
    expect(await kindOf(s3Provider(at(server), limits).copy!(from, small, signal()))).toBe('invalid');
    const s3 = connectS3(at(server), { ...defaultS3Limits, ...limits });
    expect(await kindOf(copyObject(s3, from, small, signal(), { law: { singleBytes: 0, partBytes: 1000 } }))).toBe('unavailable');
    expect(store.asked.at(-1)).toBe('abort');
    expect(server.seen.find(({ headers }) => headers['x-amz-copy-source'] !== undefined)?.headers).toMatchObject({
      'x-amz-copy-source': 'b/from',
      'x-amz-copy-source-if-match': '"1"',
    });
  });
});

it('A HEAD that a store refuses because of what it asks for is asked plainly', async () => {
  await using server = await scriptedServer((req, res) => {
    res.writeHead(req.headers['x-amz-checksum-mode'] === undefined ? 200 : 501, { 'content-length': 3 }).end();
  });
  for (let turn = 0; turn < 2; turn++) expect((await s3Provider(at(server)).stat('b', 'k', signal())).size).toBe(3);
  expect(server.seen).toHaveLength(3);
});

describe('A signed request', () => {
  it('follows a bucket to its region, and knows it from then on', async () => {
    await using server = await scriptedServer((req, res) => {
      const there = /\/eu-west-1\/s3\//.test(req.headers.authorization ?? '');
      res.writeHead(there ? 200 : 301, { 'x-amz-bucket-region': 'eu-west-1', 'content-length': 0 }).end();
    });
    const place = { endpoint: server.url, region: 'us-east-1', forcePathStyle: true, followRegionRedirects: true };
    const request = { what: 'GetObject', method: 'GET', bucket: 'far', key: 'k' } as const;
    for (let turn = 0; turn < 2; turn++) (await new S3Data(at(server), place, defaultS3Limits).send(request, signal())).drop();
    expect(server.seen).toHaveLength(3);
  });

  it('takes the time of a store whose clock differs', async () => {
    const theirs = Date.now() + 3_600_000;
    await using server = await scriptedServer((req, res) => {
      const text = String(req.headers['x-amz-date']).replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z');
      res.setHeader('date', new Date(theirs).toUTCString());
      if (Math.abs(Date.parse(text) - theirs) > 900_000) return failure(res, 403, 'RequestTimeTooSkewed');
      res.writeHead(200, { 'content-length': 0, etag: '"1"' }).end();
    });
    const provider = s3Provider(at(server));
    for (let turn = 0; turn < 2; turn++) expect((await provider.stat('b', 'k', signal())).size).toBe(0);
    expect(server.seen).toHaveLength(3);
  });

  it('names dots in a key as they are', async () => {
    await using server = await scriptedServer((_req, res) => void res.writeHead(200, { 'content-length': 0 }).end());
    await s3Provider(at(server)).stat('b', 'a/../b', signal());
    expect(server.seen[0]?.url).toBe('/b/a/../b');
    expect(await kindOf(s3Provider(at(server)).stat('b', '\ud800', signal()))).toBe('invalid');
  });
});

describe('The checksum that stands for an object', () => {
  it.each([
    [CloudType.AWS, { etag: '"0123456789abcdef0123456789abcdef"' }, { algorithm: 'md5', value: '0123456789abcdef0123456789abcdef' }],
    [CloudType.AWS, { etag: '"0123456789abcdef0123456789abcdef"', 'x-amz-server-side-encryption': 'aws:kms' }, undefined],
    [CloudType.AWS, { etag: '"0123456789abcdef0123456789abcdef-2"' }, undefined],
    [CloudType.S3Generic, { etag: '"0123456789abcdef0123456789abcdef"' }, undefined],
    [CloudType.S3Generic, { 'x-amz-checksum-crc32': 'AAAAAQ==' }, { algorithm: 'crc32', value: '00000001' }],
    [CloudType.S3Generic, { 'x-amz-checksum-crc32': 'AAAAAQ==', 'x-amz-checksum-type': 'COMPOSITE' }, undefined],
    [CloudType.S3Generic, { 'x-amz-checksum-crc32': 'AAAAAQ==-3' }, undefined],
  ])('is named where it is one: cloud type %i, %j', async (cloudType, headers, checksum) => {
    await using server = await scriptedServer((_req, res) => void res.writeHead(200, { 'content-length': 3, ...headers }).end());
    expect((await s3Provider(at(server, cloudType)).stat('b', 'k', signal())).checksum).toEqual(checksum);
  });
});
