import { describeProvider } from './testing/provider-contract.ts';
import { azureAccount, startAzurite } from './testing/azurite-server.ts';
import { azureProvider } from './azure.ts';
import { signal } from './testing/provider-tools.ts';

describeProvider(
  'Azure accounts',
  async () => {
    const server = await startAzurite();
    const provider = azureProvider(azureAccount(server.endpoint));
    await provider.administration?.create({ name: 'bucket', owner: '', objectLock: false }, signal());
    const stranger = azureProvider({ ...azureAccount(server.endpoint), secretKey: Buffer.alloc(64, 7).toString('base64') });
    const { origin, pathname } = new URL(server.endpoint);
    return {
      provider,
      stranger,
      bucket: 'bucket',
      chunkSize: 64 * 1024,
      behind: { origin, provider: (front) => azureProvider(azureAccount(front + pathname)) },
      close: async () => server[Symbol.asyncDispose](),
    };
  },
  {
    skips: {
      sweep: 'an upload without its first block is nothing',
      signedPut: 'the service asks for a header x-ms-blob-type of whoever uploads',
      signedType: 'a SAS does not bind the content type',
    },
  },
);
