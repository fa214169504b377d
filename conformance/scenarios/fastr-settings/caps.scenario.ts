// Owns what the three bandwidth caps do to transfers (fastr_settings.md, FastrSettings), judged by the average over two of them.
import type { Api } from '../../src/kit/api.ts';
import type { Check, Context } from '../../src/kit/check.ts';
import { type Changes, storageWith } from '../../src/kit/fastr-settings.ts';
import { scenario } from '../../src/kit/scenario.ts';
import type { Storage } from '../../src/kit/storage.ts';
import {
  afterDownload,
  afterServerTransfer,
  afterUpload,
  clientState,
  download,
  serverState,
  startServerTransfer,
  stored,
  upload,
} from '../../src/kit/transfers.ts';

const size = 512 * 1024;
/** Two transfers, one after the other: what one may save up or borrow, the next one has to pay back. */
const transfers = 2;
const cap = 800_000;
/** An agent that counts otherwise than this one shall not fail; without a cap a transfer is many times faster. */
const tolerance = 2.5;

type Move = (context: Context, api: Api, storage: Storage, name: string) => Promise<void>;

const moves = {
  upload: async (context, api, storage, name) => {
    const file = await context.given.file(name, size);
    await clientState(context, api, await upload(context, api, storage, file), ['completed']);
  },
  download: async (context, api, storage, name) => {
    const key = await stored(storage, name, context.given.bytes(size));
    const folder = await context.given.folder();
    await clientState(context, api, await download(context, api, storage, { key, folder }), ['completed']);
  },
  server: async (context, api, storage, name) => {
    const path = await stored(storage, name, context.given.bytes(size));
    const places = { source: storage, target: storage, sourcePath: path, targetPath: path };
    await serverState(context, api, await startServerTransfer(context, api, places), ['completed']);
  },
} as const satisfies Record<string, Move>;

type Kind = keyof typeof moves;

async function secondsOf(context: Context, work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  context.signal.throwIfAborted();
  return (performance.now() - begun) / 1000;
}

interface Story {
  readonly kind: Kind;
  /** One that the cap is not for. */
  readonly other: Kind;
  readonly what: string;
  readonly setting: keyof Changes & `Max${string}`;
  readonly proves: string;
  readonly after: readonly string[];
  readonly operations: Check['operations'];
}

const story = ({ kind, other, what, setting, proves, after, operations }: Story): Check =>
  scenario(
    `fastr-settings.cap.${kind}`,
    {
      title: `\`${setting}\` caps ${what}, and nothing else`,
      controller: 'FastrSettings',
      after,
      operations: ['insertFastrSettings', ...operations],
      statuses: kind === 'server' ? [200, 202] : [200],
      proves: [proves],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const storage = await storageWith(context, api, { [setting]: cap });
      const capped = await secondsOf(context, async () => {
        for (let n = 1; n <= transfers; n += 1) await moves[kind](context, api, storage, `${name(`capped-${n}`)}.bin`);
      });
      const average = (transfers * size) / capped;
      expect.that(average <= tolerance * cap, `on average not more than ${cap} bytes pass in a second, give or take`, average);
      const free = await secondsOf(context, () => moves[other](context, api, storage, `${name('free')}.bin`));
      expect.that(free < capped, 'a transfer of another kind, whose cap is 0, is faster', { capped, free });
    },
  );

const client = {
  after: [...afterUpload, ...afterDownload],
  operations: ['uploadObject', 'downloadObject', 'getClientTransferStatus'],
} as const;

export const scenarios = [
  story({ ...client, kind: 'upload', other: 'download', what: 'uploads', setting: 'MaxUploadBytesPerSecond', proves: 'FASTR-EFFECT-001' }),
  story({
    ...client,
    kind: 'download',
    other: 'upload',
    what: 'downloads',
    setting: 'MaxDownloadBytesPerSecond',
    proves: 'FASTR-EFFECT-002',
  }),
  story({
    kind: 'server',
    other: 'upload',
    what: 'transfers from server to server',
    setting: 'MaxServerToServerBytesPerSecond',
    proves: 'FASTR-EFFECT-003',
    after: [...afterServerTransfer, ...afterUpload],
    operations: ['initiateServerTransfer', 'getServerTransferStatus', 'uploadObject', 'getClientTransferStatus'],
  }),
];
