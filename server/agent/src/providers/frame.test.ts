import { frameProvider } from './frame.ts';
import type { ProviderAccount } from './provider.ts';
import { frameServer } from './testing/frame-server.ts';
import { describeProvider } from './testing/provider-contract.ts';

const CHUNK = 64 * 1024;

describeProvider(
  'Frame accounts',
  async () => {
    const server = await frameServer(CHUNK);
    const account: ProviderAccount = {
      cloudType: 32,
      region: '',
      endpoint: `${server.url}/v2`,
      accessKey: '',
      secretKey: server.token,
      serviceUrl: '',
    };
    return {
      provider: frameProvider(account, { lookMs: 1 }),
      stranger: frameProvider({ ...account, secretKey: 'fio-u-another' }),
      bucket: server.project,
      chunkSize: CHUNK,
      close: async () => server[Symbol.asyncDispose](),
    };
  },
  {
    skips: {
      lostPut: 'Frame.io takes no whole objects in one request',
      foreignPut: 'Frame.io takes no whole objects in one request',
      sweep: 'an upload is a file without bytes yet, which the listing shows',
      administration: 'projects belong to teams and are made in Frame.io',
      resume: 'Frame.io dictates the size of the parts; see frame-upload.test.ts',
      gone: 'Frame.io dictates the size of the parts; see frame-upload.test.ts',
      empty: 'Frame.io takes no file without bytes; see frame-upload.test.ts',
      signedGet: 'the address is as Frame.io makes it; see frame-upload.test.ts',
      signedPut: 'there is no address for an upload of unknown size; see frame-upload.test.ts',
      signedType: 'there is no address for an upload of unknown size; see frame-upload.test.ts',
    },
  },
);
