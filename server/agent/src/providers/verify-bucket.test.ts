import { CloudType } from '@click-kit/contract';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureProvider } from './azure.ts';
import { httpObjectProvider } from './http-object.ts';
import { providerFor } from './index.ts';
import type { Provider, ProviderAccount } from './provider.ts';
import { s3Provider } from './s3.ts';
import { azureAccount, startAzurite } from './testing/azurite-server.ts';
import { type Forwarded, forwardingServer } from './testing/forwarding-server.ts';
import { kindOf, signal } from './testing/provider-tools.ts';
import { type ScriptedServer, scriptedServer } from './testing/scripted-server.ts';
import { GATEWAY_KEYS, noGateway, startGateway } from './testing/versity-gateway.ts';

/** Keys of one bucket may not list the buckets: the front refuses that and hands on all the rest. */
const withoutListing = (origin: string, lists: (path: string) => boolean, refusal: (exchange: Forwarded) => unknown) =>
  forwardingServer(origin, async (exchange) => (lists(exchange.req.url ?? '') ? refusal(exchange) : exchange.forward()));

const xml =
  (status: number, code: string) =>
  ({ res }: Forwarded) =>
    res.writeHead(status, { 'content-type': 'application/xml', 'x-ms-error-code': code }).end(`<Error><Code>${code}</Code></Error>`);

const title = noGateway === undefined ? '' : ` (not here: ${noGateway})`;

describe.skipIf(noGateway !== undefined)(`The credentials of a key that may not list buckets${title}`, () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let front: ScriptedServer;
  const account = (cloudType: number, changes: Partial<ProviderAccount> = {}): ProviderAccount => ({
    cloudType,
    region: cloudType === CloudType.Google ? '' : 'auto',
    endpoint: front.url,
    ...GATEWAY_KEYS,
    serviceUrl: '',
    ...changes,
  });

  beforeAll(async () => {
    gateway = await startGateway('contract', ['--keep-alive', '--region', 'auto']);
    front = await withoutListing(gateway.url, (path) => /^\/(?:\?|$)/.test(path), xml(403, 'AccessDenied'));
  });
  afterAll(async () => {
    await front[Symbol.asyncDispose]();
    await gateway.close();
  });

  it.each(['S3Generic', 'Google'] as const)('are good for its bucket at %s', async (name) => {
    const provider = providerFor(account(CloudType[name]));
    expect(await kindOf(provider.verify(signal()))).toBe('auth');
    await provider.verify(signal(), 'contract');
    await providerFor(account(CloudType[name], { buckets: ['contract'] })).verify(signal(), 'contract');
  });

  it.each(['S3Generic', 'Google'] as const)('are refused for its bucket, too, when they are wrong at %s', async (name) => {
    const provider = providerFor(account(CloudType[name], { secretKey: 'another' }));
    expect(await kindOf(provider.verify(signal(), 'contract'))).toBe('auth');
  });

  it('are not in question when the bucket is gone', async () => {
    await expect(providerFor(account(CloudType.S3Generic)).verify(signal(), 'gone-bucket')).resolves.toBeUndefined();
  });
});

describe('The credentials of an Azure account that may not list containers', () => {
  it('are good for a container, and refused when they are wrong', async () => {
    await using azurite = await startAzurite();
    const { origin, pathname } = new URL(azurite.endpoint);
    await azureProvider(azureAccount(azurite.endpoint)).administration?.create({ name: 'bucket', owner: '', objectLock: false }, signal());
    await using front = await withoutListing(
      origin,
      (path) => path.includes('comp=list') && !path.includes('restype=container'),
      xml(403, 'AuthorizationPermissionMismatch'),
    );
    const account = azureAccount(front.url + pathname);
    expect(await kindOf(azureProvider(account).verify(signal()))).toBe('auth');
    await azureProvider(account).verify(signal(), 'bucket');
    await azureProvider(account).verify(signal(), 'gone');
    const stranger = { ...account, secretKey: randomBytes(64).toString('base64') };
    expect(await kindOf(azureProvider(stranger).verify(signal(), 'bucket'))).toBe('auth');
  });
});

describe('The credentials of an HTTP server whose root is closed', () => {
  const serve = (statuses: Readonly<Record<string, number>>): Promise<ScriptedServer> =>
    scriptedServer((req, res) => {
      const known = req.headers.authorization === `Basic ${Buffer.from('me:secret').toString('base64')}`;
      res.writeHead(known ? (statuses[req.url ?? ''] ?? 403) : 401).end();
    });
  const at = ({ url }: ScriptedServer, secretKey = 'secret'): Provider =>
    httpObjectProvider({ serviceUrl: url, accessKey: 'me', secretKey });

  it.each([
    [200, undefined],
    [404, undefined],
    [405, undefined],
    [403, 'auth'],
  ])('are asked for at the bucket, which answers %i', async (status, kind) => {
    await using server = await serve({ '/contract': status });
    expect(await kindOf(at(server).verify(signal()))).toBe('auth');
    const proof = at(server).verify(signal(), 'contract');
    if (kind === undefined) await proof;
    else expect(await kindOf(proof)).toBe(kind);
    expect(await kindOf(at(server, 'wrong').verify(signal(), 'contract'))).toBe('auth');
  });
});

it('An S3 provider asks for the bucket only when there is one', async () => {
  await using server = await scriptedServer((_req, res) => void res.writeHead(200).end());
  const provider = s3Provider({
    cloudType: CloudType.AWS,
    region: '',
    endpoint: server.url,
    accessKey: 'a',
    secretKey: 'b',
    serviceUrl: '',
  });
  await provider.verify(signal(), 'contract');
  expect(server.seen.map(({ method, url }) => [method, url.replace(/\/$/, '')])).toEqual([['HEAD', '/contract']]);
});

it('A key that may list the buckets and not look at its own is good, too', async () => {
  const list = '<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>';
  await using server = await scriptedServer((req, res) => void res.writeHead(req.method === 'HEAD' ? 403 : 200).end(list));
  const provider = s3Provider({
    cloudType: CloudType.AWS,
    region: '',
    endpoint: server.url,
    accessKey: 'a',
    secretKey: 'b',
    serviceUrl: '',
  });
  await provider.verify(signal(), 'contract');
  expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
});
