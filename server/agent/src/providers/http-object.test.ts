import { startObjectServer } from '@click-kit/object-server';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpObjectProvider } from './http-object.ts';
import { describeProvider } from './testing/provider-contract.ts';

describeProvider('LocalHttp and FastrServer', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'provider-http-'));
  const server = await startObjectServer({ dataDir, port: 0, accessKey: 'demo', secretKey: 'demo-secret', buckets: ['contract'] });
  const account = { serviceUrl: server.url, accessKey: 'demo', secretKey: 'demo-secret' };
  return {
    provider: httpObjectProvider(account),
    stranger: httpObjectProvider({ ...account, secretKey: 'wrong' }),
    bucket: 'contract',
    chunkSize: 1024 * 1024,
    behind: { origin: server.url, provider: (serviceUrl) => httpObjectProvider({ ...account, serviceUrl }) },
    async close() {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});
