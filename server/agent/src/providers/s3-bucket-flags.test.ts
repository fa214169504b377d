import { CloudType } from '@click-kit/contract';
import { describe, expect, it } from 'vitest';
import type { BucketAdministration } from './provider.ts';
import { s3Provider } from './s3.ts';
import { kindOf, signal } from './testing/provider-tools.ts';
import { bodyOf, scriptedServer } from './testing/scripted-server.ts';

function administrationOf(endpoint: string): BucketAdministration & Required<Pick<BucketAdministration, 'flags'>> {
  const account = { cloudType: CloudType.S3Generic, region: '', endpoint, accessKey: 'me', secretKey: 'secret', serviceUrl: '' };
  const { administration } = s3Provider(account, { attempts: 1 });
  if (administration?.flags === undefined) throw new Error('S3 has flags');
  return { ...administration, flags: administration.flags };
}

/** A store with one bucket that keeps what is set by sub-resource, as S3 does. */
async function store() {
  const kept = new Map<string, string>();
  const bodies: string[] = [];
  const server = await scriptedServer(async (req, res) => {
    const sub = new URL(req.url ?? '', 'http://store').search.replace(/^\?([\w-]*).*$/, '$1');
    const body = (await bodyOf(req)).toString();
    if (req.method !== 'GET') bodies.push(`${req.method} ${sub} ${body}`);
    if (req.method === 'PUT') kept.set(sub, body);
    if (req.method === 'DELETE') kept.delete(sub);
    if (req.method !== 'GET') return void res.writeHead(req.method === 'PUT' ? 200 : 204).end();
    if (sub === 'policyStatus') {
      if (!kept.has('policy')) return void res.writeHead(404).end('<Error><Code>NoSuchBucketPolicy</Code></Error>');
      return void res.end('<PolicyStatus><IsPublic>true</IsPublic></PolicyStatus>');
    }
    const value = kept.get(sub);
    if (value !== undefined) return void res.end(value);
    if (sub === 'versioning') return void res.end('<VersioningConfiguration/>');
    return void res.writeHead(404).end('<Error><Code>ConfigurationNotFoundError</Code></Error>');
  });
  return { server, bodies };
}

const off = { versioningEnabled: false, isEncrypted: false, isPublic: false, objectLockEnabled: false };

describe('The flags of an S3 bucket', () => {
  it('are really set, read back and taken away', async () => {
    const { server, bodies } = await store();
    await using _server = server;
    const { flags } = administrationOf(server.url);
    expect(await flags.read('bucket', signal())).toEqual(off);
    await flags.write('bucket', { versioningEnabled: true, isEncrypted: true, isPublic: true }, signal());
    expect(await flags.read('bucket', signal())).toEqual({ ...off, versioningEnabled: true, isEncrypted: true, isPublic: true });
    expect(bodies[0]).toMatch(/^PUT versioning .*<Status>Enabled<\/Status>/);
    expect(bodies[1]).toMatch(/^PUT encryption .*<SSEAlgorithm>AES256<\/SSEAlgorithm>/);
    expect(bodies[2]).toMatch(/^DELETE publicAccessBlock /);
    expect(JSON.parse(bodies[3]?.replace(/^PUT policy /, '') ?? '')).toMatchObject({
      Statement: [{ Principal: '*', Action: ['s3:GetObject'] }],
    });
    await flags.write('bucket', { versioningEnabled: false, isEncrypted: false, isPublic: false }, signal());
    expect(bodies.slice(4).map((text) => text.split(' ', 2).join(' '))).toEqual(['PUT versioning', 'DELETE encryption', 'DELETE policy']);
    expect(bodies[4]).toContain('<Status>Suspended</Status>');
  });

  it('that the store cannot tell are left out, and those that it does not take are refused', async () => {
    await using server = await scriptedServer((_req, res) => void res.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>'));
    const { flags } = administrationOf(server.url);
    expect(await flags.read('bucket', signal())).toEqual({});
    for (const change of [{ versioningEnabled: true }, { isEncrypted: true }, { isPublic: true }])
      expect(await kindOf(flags.write('bucket', change, signal()))).toBe('invalid');
  });

  it('of a bucket that is not there are missing', async () => {
    await using server = await scriptedServer((_req, res) => void res.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>'));
    expect(await kindOf(administrationOf(server.url).flags.read('bucket', signal()))).toBe('missing');
  });

  it('include object lock, which is asked for when the bucket is made', async () => {
    await using server = await scriptedServer((_req, res) => void res.end());
    await administrationOf(server.url).create({ name: 'bucket', owner: '', objectLock: true }, signal());
    expect(server.seen[0]?.headers['x-amz-bucket-object-lock-enabled']).toBe('true');
  });
});

describe('Whether an S3 bucket exists', () => {
  it.each([
    [200, true],
    [403, true],
    [301, true],
    [404, false],
  ])('is told by %i: %s', async (status, exists) => {
    await using server = await scriptedServer((_req, res) => void res.writeHead(status).end());
    expect(await administrationOf(server.url).exists('bucket', signal())).toBe(exists);
  });
});
