import { CloudType } from '@click-kit/contract';
import { describe, expect, it } from 'vitest';
import { s3Provider } from './s3.ts';
import { scriptedServer } from './testing/scripted-server.ts';

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const account = (endpoint: string): Parameters<typeof s3Provider>[0] => ({
  cloudType: CloudType.S3Generic,
  region: '',
  endpoint,
  accessKey: 'me',
  secretKey: 'secret',
  serviceUrl: '',
});

const LOCATION = '<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const FIRST = `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a+b/c=</NextContinuationToken>
<Contents><Key>p/z.bin</Key><Size>7</Size><ETag>"e"</ETag><LastModified>2026-11-21T00:00:00.000Z</LastModified></Contents>
<Contents><Key>p/</Key><Size>0</Size></Contents><CommonPrefixes><Prefix>p/a/</Prefix></CommonPrefixes></ListBucketResult>`;

describe('Listing an S3 store', () => {
  it('hands continuation tokens through and merges folders and objects in key order', async () => {
    await using server = await scriptedServer((req, res) => {
      const token = new URL(req.url ?? '', 'http://store').searchParams.get('continuation-token');
      res
        .writeHead(200, { 'content-type': 'application/xml' })
        .end(token === 'a+b/c=' ? '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>' : FIRST);
    });
    const query = { bucket: 'b', prefix: 'p/', delimiter: '/', continuationToken: '', count: 3 } as const;
    const first = await s3Provider(account(server.url)).listObjects(query, signal());
    expect(first).toEqual({
      continuationToken: 'a+b/c=',
      objects: [
        { key: 'p/a/', kind: 'folder', size: 0, eTag: '', lastModified: undefined },
        { key: 'p/z.bin', kind: 'file', size: 7, eTag: '"e"', lastModified: new Date('2026-11-21T00:00:00Z') },
      ],
    });
    const last = await s3Provider(account(server.url)).listObjects({ ...query, continuationToken: first.continuationToken }, signal());
    expect(last).toEqual({ objects: [], continuationToken: '' });
    expect(server.seen[0]?.url).toContain('max-keys=3');
  });

  it('asks for regions only when they are wanted, and bears one that may not be asked for', async () => {
    await using server = await scriptedServer((req, res) => {
      res.setHeader('content-type', 'application/xml');
      if (req.url?.startsWith('/eu') === true) return void res.end(`${LOCATION}>EU</LocationConstraint>`);
      if (req.url?.startsWith('/us') === true) return void res.end(`${LOCATION}/>`);
      if (req.url?.startsWith('/private') === true) return void res.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      const bucket = (name: string): string => `<Bucket><Name>${name}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>`;
      res.end(`<ListAllMyBucketsResult><Buckets>${['eu', 'us', 'private'].map(bucket).join('')}</Buckets></ListAllMyBucketsResult>`);
    });
    const provider = s3Provider(account(server.url));
    expect((await provider.listBuckets({ includeRegion: false }, signal())).map(({ region }) => region)).toEqual(['', '', '']);
    expect(server.seen).toHaveLength(1);
    const located = await provider.listBuckets({ includeRegion: true }, signal());
    expect(located.map(({ region }) => region)).toEqual(['eu-west-1', 'us-east-1', '']);
    expect(located[0]?.createDate).toEqual(new Date('2026-01-01T00:00:00Z'));
  });
});
