// Owns the CRC32 of chunks: computed beside the event loop, since it costs as much as everything else about moving a byte.
import { Worker } from 'node:worker_threads';
import { crc32 } from 'node:zlib';

/** Below this, handing over costs more than it saves. */
const smallBytes = 256 * 1024;

/** So many buffers the worker knows by their place: those of a pool come again and again, and naming one costs a tenth of handing it over. */
const places = 8;
const placeBytes = 16 * 1024 * 1024;

/** As text and not as a file of its own: it has to run from the sources as it does when it is built. */
const source = `
const { parentPort } = require('node:worker_threads');
const { crc32 } = require('node:zlib');
const known = [];
parentPort.on('message', ([id, offset, length, place, memory]) => {
  if (memory !== undefined && place !== undefined) known[place] = memory;
  parentPort.postMessage([id, crc32(Buffer.from(memory ?? known[place], offset, length))]);
});
`;

/** The worker needs next to no memory of its own: it sees that of the chunks. */
const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };

interface Asked {
  readonly bytes: Buffer;
  readonly answer: (value: number) => void;
}

export class Checksums {
  readonly #asked = new Map<number, Asked>();
  readonly #known: SharedArrayBuffer[] = [];
  #oldest = 0;
  #worker: Worker | undefined;
  #broken = false;
  #last = 0;

  /** Of bytes in shared memory (`SlabPool`) in the worker, of all others at once. The bytes must stay as they are until the answer. */
  crc32(bytes: Buffer): number | Promise<number> {
    const memory: ArrayBufferLike = bytes.buffer;
    if (!(memory instanceof SharedArrayBuffer) || bytes.length < smallBytes || this.#broken) return crc32(bytes);
    const worker = (this.#worker ??= this.#start());
    return new Promise((answer) => {
      const id = (this.#last += 1);
      this.#asked.set(id, { bytes, answer });
      worker.postMessage([id, bytes.byteOffset, bytes.length, ...this.#nameOf(memory)]);
    });
  }

  async close(): Promise<void> {
    this.#broken = true;
    await this.#worker?.terminate();
  }

  /** The place of the memory, and the memory itself where the worker does not know it there. */
  #nameOf(memory: SharedArrayBuffer): readonly unknown[] {
    const known = this.#known.indexOf(memory);
    if (known >= 0) return [known];
    if (memory.byteLength > placeBytes) return [undefined, memory];
    const place = this.#oldest;
    this.#oldest = (place + 1) % places;
    this.#known[place] = memory;
    return [place, memory];
  }

  #start(): Worker {
    const worker = new Worker(source, { eval: true, resourceLimits, execArgv: [] });
    worker.unref();
    worker.on('message', ([id, value]: readonly [id: number, value: number]) => {
      this.#asked.get(id)?.answer(value);
      this.#asked.delete(id);
    });
    worker.on('error', () => undefined);
    worker.on('exit', () => this.#finish());
    return worker;
  }

  /** Whatever becomes of the worker, every question is answered. */
  #finish(): void {
    this.#broken = true;
    for (const { bytes, answer } of this.#asked.values()) answer(crc32(bytes));
    this.#asked.clear();
  }
}
