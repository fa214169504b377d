// Owns S3 listings: buckets with their regions, and pages of objects in key order.
import type { S3Client } from '@aws-sdk/client-s3';
import { mergeListing } from './listing.ts';
import type { Bucket, ListQuery, ObjectPage } from './provider.ts';
import type { S3Connection, Sdk } from './s3-client.ts';
import { s3Status } from './s3-errors.ts';

const LOCATIONS_AT_ONCE = 8;
const EPOCH = new Date(0);

export function listBuckets(
  s3: S3Connection,
  { includeRegion }: { includeRegion: boolean },
  signal: AbortSignal,
): Promise<readonly Bucket[]> {
  return s3.call('ListBuckets', signal, async (sdk, client, options) => {
    const { Buckets = [] } = await client.send(new sdk.ListBucketsCommand({}), options);
    const named = Buckets.flatMap(({ Name, CreationDate, BucketRegion }) =>
      Name === undefined ? [] : [{ name: Name, region: BucketRegion ?? '', createDate: CreationDate ?? EPOCH }],
    );
    if (!includeRegion) return named;
    const located: Bucket[] = [];
    for (let start = 0; start < named.length; start += LOCATIONS_AT_ONCE) {
      const group = named.slice(start, start + LOCATIONS_AT_ONCE);
      located.push(
        ...(await Promise.all(
          group.map(async (bucket) => ({ ...bucket, region: bucket.region || (await regionOf(sdk, client, bucket.name, options)) })),
        )),
      );
    }
    return located;
  });
}

async function regionOf(sdk: Sdk, client: S3Client, bucket: string, options: { abortSignal: AbortSignal }): Promise<string> {
  try {
    const { LocationConstraint: location } = await client.send(new sdk.GetBucketLocationCommand({ Bucket: bucket }), options);
    // S3 names its two oldest regions by history: nothing, and 'EU'.
    return String(location) === 'EU' ? 'eu-west-1' : location || 'us-east-1';
  } catch (error) {
    // The right to list a bucket's name does not include the right to ask where it is; stores may lack the request.
    if ([403, 404, 405, 501].includes(s3Status(error) ?? 0)) return '';
    throw error;
  }
}

export function listPage(s3: S3Connection, query: ListQuery, signal: AbortSignal): Promise<ObjectPage> {
  const { bucket, prefix, delimiter, continuationToken, count } = query;
  return s3.call(`ListObjectsV2 ${bucket}`, signal, async (sdk, client, options) => {
    const level = delimiter === '' ? {} : { Delimiter: delimiter };
    const next = continuationToken === '' ? {} : { ContinuationToken: continuationToken };
    const page = await client.send(
      new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: count, ...level, ...next }),
      options,
    );
    const objects = (page.Contents ?? []).flatMap(({ Key, Size, ETag, LastModified }) =>
      Key === undefined ? [] : [{ key: Key, size: Size ?? 0, eTag: ETag ?? '', lastModified: LastModified }],
    );
    const prefixes = (page.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix === undefined ? [] : [Prefix]));
    return {
      objects: mergeListing(objects, prefixes, query),
      continuationToken: page.IsTruncated === true ? (page.NextContinuationToken ?? '') : '',
    };
  });
}
