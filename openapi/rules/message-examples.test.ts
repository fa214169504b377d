// Holds the examples of every channel message against the schema of its frame, which Redocly does for HTTP bodies only.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cli = join(dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')), 'bin', 'cli.js');

interface Message {
  readonly name: string;
  readonly payload: { readonly $ref: string };
  readonly examples: readonly { readonly name: string; readonly payload: unknown }[];
}
interface Channels {
  readonly channels: Record<string, { readonly messages: Record<string, Message> }>;
}

describe('the examples of the channel messages', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { ...fullFormats, int32: true, int64: true } });
  let folder: string;
  let messages: Message[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'click-channels-'));
    const file = join(folder, 'asyncapi.json');
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    await promisify(execFile)(process.execPath, [cli, 'bundle', 'click-channels', '--output', file], { cwd: root, env, timeout: 15_000 });
    const document = JSON.parse(await readFile(file, 'utf8')) as Channels;
    ajv.addSchema(document, 'channels');
    messages = Object.values(document.channels).flatMap((channel) => Object.values(channel.messages));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are there for all five kinds', () => {
    const kinds = messages.filter((message) => message.examples.length > 0).map((message) => message.name);
    expect(kinds.toSorted()).toEqual(['appNotification', 'appUpdateProgress', 'progress', 'stateChange', 'userNotification']);
  });

  it('are frames of their own kind and of no other', () => {
    for (const { name, examples } of messages) {
      for (const example of examples) {
        const matching = messages.filter((message) => ajv.validate(`channels${message.payload.$ref}`, example.payload));
        expect([example.name, ...matching.map((message) => message.name)]).toEqual([example.name, name]);
      }
    }
  });

  it('would fail without the documented fields', () => {
    const accepting = messages.filter((message) => ajv.validate(`channels${message.payload.$ref}`, {}));
    expect(accepting).toEqual([]);
  });
});
