import { CloudType } from '@click-kit/contract';
import { describe, expect, it } from 'vitest';
import { kindOf } from './testing/provider-tools.ts';
import { s3Provider } from './s3.ts';

const account = { cloudType: CloudType.AWS, region: 'eu-central-1', endpoint: '', accessKey: 'me', secretKey: 'secret', serviceUrl: '' };
const object = { bucket: 'media', key: 'photos/ä b.jpg', expiresInSeconds: 3600 };

describe('Presigned S3 URLs', () => {
  it('sign the content type of an upload', async () => {
    const url = new URL(await s3Provider(account).signUploadUrl({ ...object, contentType: 'image/jpeg' }));
    expect(url.host).toBe('media.s3.eu-central-1.amazonaws.com');
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('content-type;host');
    expect(url.searchParams.get('X-Amz-Expires')).toBe('3600');
    expect([...url.searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([]);
  });

  it('name the file of a forced download', async () => {
    const url = new URL(await s3Provider(account).signDownloadUrl({ ...object, forceToDownload: true }));
    expect(url.searchParams.get('response-content-disposition')).toBe(`attachment; filename="_ b.jpg"; filename*=UTF-8''%C3%A4%20b.jpg`);
  });

  it('live for seven days at most', async () => {
    expect(
      await kindOf(s3Provider(account).signDownloadUrl({ ...object, expiresInSeconds: 7 * 24 * 3600 + 1, forceToDownload: false })),
    ).toBe('invalid');
  });

  it('go to the endpoint of Wasabi, and to a custom one by path', async () => {
    const wasabi = await s3Provider({ ...account, cloudType: CloudType.Wasabi }).signDownloadUrl({ ...object, forceToDownload: false });
    expect(new URL(wasabi).host).toBe('media.s3.eu-central-1.wasabisys.com');
    const own = await s3Provider({
      ...account,
      cloudType: CloudType.Cloudflare,
      endpoint: 'id.r2.example.com',
      region: '',
    }).signDownloadUrl({ ...object, forceToDownload: false });
    expect(own).toMatch(/^https:\/\/id\.r2\.example\.com\/media\/photos\/.*%2Fauto%2Fs3%2F/);
  });
});
