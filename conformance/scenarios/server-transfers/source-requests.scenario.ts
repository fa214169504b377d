// Owns what the source server sees of a server transfer (cloud.md, Initiate Server Transfer).
import { startRequestLog } from '../../src/kit/request-log.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { afterServerTransfer, serverState, startServerTransfer, stored } from '../../src/kit/transfers.ts';

export const scenarios = [
  scenario(
    'cloud.server-transfer.head-before-the-body',
    {
      title: 'A server transfer asks the source with a HEAD before it fetches the body',
      controller: 'Cloud',
      after: afterServerTransfer,
      operations: ['initiateServerTransfer', 'getServerTransferStatus'],
      statuses: [202, 200],
      proves: ['CLOUD-S2S-009'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, target, server] = [await given.session(), await given.storage(), await given.ownObjectServer()];
      const log = await startRequestLog(server.url);
      context.cleanUp(`relay ${log.url}`, () => log.close());
      const source = await given.accountAt({ ...server, url: log.url });
      const sourcePath = await stored(source, `${name('from')}.bin`, given.bytes(5000));
      const transferId = await startServerTransfer(context, api, { source, target, sourcePath, targetPath: sourcePath });
      await serverState(context, api, transferId, ['completed']);
      const methods = log.requests.filter(({ path }) => path.endsWith(`/${sourcePath}`)).map(({ method }) => method);
      expect.that(methods.includes('HEAD'), 'the source is asked with a HEAD', methods);
      expect.that(methods.includes('GET') && methods.indexOf('HEAD') < methods.indexOf('GET'), 'the body is fetched after it', methods);
    },
  ),
];
