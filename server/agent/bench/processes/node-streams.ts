// The peer of downloads: what Node gives for it, a response piped into a file. Tells the time of the download alone.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';

const [, , url = '', path = ''] = process.argv;
const before = process.cpuUsage();
const started = performance.now();
const [answer] = (await once(get(url), 'response')) as [IncomingMessage];
if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
await pipeline(answer, createWriteStream(path));
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakMB: process.resourceUsage().maxRSS / 1024 }));
