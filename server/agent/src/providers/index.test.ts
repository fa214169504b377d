import { describe, expect, it } from 'vitest';
import { providerFor, trackable } from './index.ts';
import { ProviderError, type ProviderAccount } from './provider.ts';

const account: ProviderAccount = {
  cloudType: 1,
  region: '',
  endpoint: '',
  accessKey: 'a',
  secretKey: 'b',
  serviceUrl: 'http://127.0.0.1:1',
};
const refusal = (changes: Partial<ProviderAccount>): unknown => {
  try {
    return providerFor({ ...account, ...changes });
  } catch (error) {
    return error;
  }
};

describe('The map of providers', () => {
  it.each([1, 2, 16, 32, 2048, 4096])('has a provider for cloud type %i', (cloudType) => {
    expect(providerFor({ ...account, cloudType })).toHaveProperty('listObjects');
  });

  it.each([8, 64, 8192])('asks for an endpoint for cloud type %i', (cloudType) => {
    expect(refusal({ cloudType })).toMatchObject({ kind: 'invalid', message: `cloud type ${cloudType} needs an endpoint` });
    expect(providerFor({ ...account, cloudType, endpoint: 's3.example.com' })).toHaveProperty('listObjects');
  });

  it.each([0, 3, 999])('says that cloud type %i has no provider yet', (cloudType) => {
    expect(refusal({ cloudType })).toEqual(new ProviderError('invalid', `no provider for cloud type ${cloudType} yet`));
  });

  it('builds the address of Azure accounts from their name, or takes the endpoint given', () => {
    expect(refusal({ cloudType: 4 })).toMatchObject({ kind: 'invalid', message: expect.stringContaining('name of the storage account') });
    expect(providerFor({ ...account, cloudType: 4, accessKey: 'mediastore1' })).toHaveProperty('listObjects');
    expect(providerFor({ ...account, cloudType: 4, endpoint: 'blob.example.com' })).toHaveProperty('listObjects');
  });

  it.each([128, 256, 512, 1024])('takes cloud type %i with the tokens of a link, and not with keys', (cloudType) => {
    expect(refusal({ cloudType })).toMatchObject({ kind: 'invalid', message: expect.stringContaining('no provider for') });
    const tokens = { apiUrl: 'http://127.0.0.1:1', get: () => Promise.resolve('') };
    expect(providerFor({ ...account, cloudType, tokens })).toHaveProperty('verify');
  });

  it.each(['', 'storage', 'ftp://host', 'http://user:pass@host'])('refuses the service URL %j', (serviceUrl) => {
    expect(refusal({ cloudType: 2048, serviceUrl })).toMatchObject({ kind: 'invalid' });
  });

  it('tracks the transfers of LocalHttp and FastrServer only', () => {
    expect([1, 2, 8, 64, 2048, 4096, 8192].filter(trackable)).toEqual([2048, 4096]);
  });
});
