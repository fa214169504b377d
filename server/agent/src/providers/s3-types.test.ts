import { CloudType } from '@click-kit/contract';
import { describe, expect, it } from 'vitest';
import { providerFor } from './index.ts';
import type { ProviderAccount } from './provider.ts';
import { placeOf } from './s3-place.ts';
import { traitsOf } from './s3-traits.ts';
import { describeProvider } from './testing/provider-contract.ts';
import { errorOf, type Fixture } from './testing/provider-tools.ts';
import { GATEWAY_KEYS, noGateway, startGateway } from './testing/versity-gateway.ts';

type S3Type = 'AWS' | 'Wasabi' | 'S3Generic' | 'Cloudflare' | 'Atomosphere';

const accountOf = (type: S3Type, endpoint: string, region: string): ProviderAccount => ({
  cloudType: CloudType[type],
  region,
  endpoint,
  ...GATEWAY_KEYS,
  serviceUrl: '',
});

async function startFixture(type: S3Type, region: string): Promise<Fixture> {
  const gateway = await startGateway('contract', ['--keep-alive', '--region', region || 'auto']);
  const account = accountOf(type, gateway.url, region);
  return {
    provider: providerFor(account),
    stranger: providerFor({ ...account, secretKey: 'another-secret' }),
    bucket: 'contract',
    chunkSize: 5 * 1024 * 1024,
    behind: { origin: gateway.url, provider: (endpoint) => providerFor({ ...account, endpoint }) },
    close: () => gateway.close(),
  };
}

// s3-real.test.ts has AWS and S3Generic.
describe.skipIf(noGateway !== undefined)(
  `By the cloud types that are S3 under another name${noGateway === undefined ? '' : ` (not here: ${noGateway})`}`,
  () => {
    describeProvider('Wasabi', () => startFixture('Wasabi', 'eu-central-1'));
    describeProvider('Cloudflare, without a region', () => startFixture('Cloudflare', ''));
    describeProvider('Atomosphere', () => startFixture('Atomosphere', 'us-east-1'));
  },
);

const HERE = 'https://store.example/';

describe('An account of the S3 family', () => {
  it.each([
    ['AWS', { region: 'us-east-1', followRegionRedirects: true }],
    ['Wasabi', { region: 'us-east-1', endpoint: 'https://s3.us-east-1.wasabisys.com' }],
    ['S3Generic', undefined],
    ['Cloudflare', undefined],
    ['Atomosphere', undefined],
  ] as const)('of %s without an endpoint is where that type is by itself, or nowhere', async (type, place) => {
    const find = async () => placeOf(accountOf(type, '', ''));
    if (place === undefined) expect(await errorOf(find())).toMatchObject({ kind: 'invalid', message: expect.stringContaining('endpoint') });
    else expect(await find()).toEqual(place);
  });

  it.each([
    ['AWS', 'us-east-1'],
    ['Wasabi', 'us-east-1'],
    ['S3Generic', 'us-east-1'],
    ['Cloudflare', 'auto'],
    ['Atomosphere', 'us-east-1'],
  ] as const)('of %s with an endpoint and no region is signed for %s', (type, region) => {
    expect(placeOf(accountOf(type, 'store.example', ''))).toEqual({ endpoint: HERE, region, forcePathStyle: true });
  });

  it.each([
    ['AWS', { crc32: 'checked', conditional: true, certain: true, md5: true }],
    ['Wasabi', { crc32: 'unknown', conditional: true, certain: false, md5: true }],
    ['S3Generic', { crc32: 'unknown', conditional: true, certain: false, md5: false }],
    ['Cloudflare', { crc32: 'unknown', conditional: true, certain: false, md5: true }],
    ['Atomosphere', { crc32: 'unknown', conditional: true, certain: false, md5: false }],
  ] as const)('of %s takes at first what its documentation says', (type, traits) => {
    expect(traitsOf(accountOf(type, HERE, ''), { endpoint: HERE, region: '' })).toEqual(traits);
  });
});
