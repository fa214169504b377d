import { CloudType } from '@click-kit/contract';
import { boxBucket, type BoxOptions, boxProvider } from './box.ts';
import { boxServer, type BoxSizes } from './testing/box-server.ts';
import { describeProvider } from './testing/provider-contract.ts';
import type { Fixture } from './testing/provider-tools.ts';

const account = { cloudType: CloudType.Box, region: '', endpoint: '', accessKey: '', secretKey: '', serviceUrl: '' };

async function startBox(sizes: Partial<BoxSizes>, options: BoxOptions): Promise<Fixture> {
  const server = await boxServer(sizes);
  return {
    provider: boxProvider({ ...account, tokens: server.tokens() }, options),
    stranger: boxProvider({ ...account, tokens: server.tokens(true) }, options),
    bucket: boxBucket,
    chunkSize: sizes.partBytes ?? 8 * 1024 * 1024,
    behind: { origin: server.url, provider: (apiUrl) => boxProvider({ ...account, tokens: { ...server.tokens(), apiUrl } }, options) },
    close: async () => server[Symbol.asyncDispose](),
  };
}

const noUrls = 'Box gives addresses for minutes only; box-faults.test.ts has the refusal';
const skips = {
  sweep: 'unfinished uploads cannot be listed: they expire',
  administration: 'a Box account has one bucket, the root of its files',
  signedGet: noUrls,
  signedPut: noUrls,
  signedType: noUrls,
};
describeProvider('Box', () => startBox({}, {}), { skips });
const small = { partBytes: 65_536, minBytes: 65_537 };
describeProvider('Box, with sessions for everything above a part', () => startBox(small, { limits: { sessionBytes: small.minBytes } }), {
  skips,
});
