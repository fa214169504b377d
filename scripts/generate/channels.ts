// Owns the typed channel client: one async iterator per AsyncAPI channel.
import type { JsonObject } from './bundle.ts';
import { object, resolve, schemaName, text } from './documents.ts';

interface Channel {
  readonly name: string;
  readonly address: string;
  readonly frames: readonly { message: string; schema: string }[];
}

export function channels(document: JsonObject): Channel[] {
  return Object.entries(object(document.channels)).map(([name, value]) => {
    const channel = resolve(value, document);
    const frames = Object.entries(object(channel.messages)).map(([message, reference]) => ({
      message,
      schema: schemaName(resolve(reference, document).payload, `message ${message}`),
    }));
    return { name, address: text(channel.address), frames };
  });
}

export function channelsModule(document: JsonObject): string {
  const all = channels(document);
  const table = all.map((channel) => {
    const messages = channel.frames.map(({ message, schema }) => `${message}: '${schema}'`).join(', ');
    return `  ${channel.name}: { address: '${channel.address}', messages: { ${messages} } },`;
  });
  const frames = all.map((channel) => `  ${channel.name}: ${channel.frames.map(({ schema }) => `FrameSchemas['${schema}']`).join(' | ')};`);
  const functions = all.flatMap((channel) => [
    `/** Frames of \`${channel.address}\`, as they arrive: \`for await (const frame of ${plural(channel.name)}(url)) …\` */`,
    `export function ${plural(channel.name)}(url: string = defaultAddress, options: ChannelOptions = {}): AsyncGenerator<Frames['${channel.name}'], void, undefined> {`,
    `  return frames<Frames['${channel.name}']>(new URL(channels.${channel.name}.address, webSocketUrl(url)).href, options);`,
    '}',
    '',
  ]);
  return [
    "import type { frameComponents } from './frames.ts';",
    "import { type ChannelOptions, defaultAddress, frames, webSocketUrl } from './channel-socket.ts';",
    '',
    "export type FrameSchemas = frameComponents['schemas'];",
    '',
    '/** Every channel: its address and the schema of each message. */',
    'export const channels = {',
    ...table,
    '} as const;',
    '',
    '/** What may arrive on each channel. */',
    'export interface Frames {',
    ...frames,
    '}',
    '',
    ...functions,
  ].join('\n');
}

function plural(name: string): string {
  return `${name}s`;
}
