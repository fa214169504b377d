// Owns the multipart form of a whole file for Box, laid out in one buffer, so that the bytes are copied once.
import { createHash, randomBytes } from 'node:crypto';

/** developer.box.com/reference/post-files-content: `attributes` comes before the file. */
export class BoxForm {
  readonly contentType: string;
  readonly size: number;
  readonly #buffer: Buffer;
  readonly #start: number;
  #filled = 0;

  constructor(attributes: object, size: number) {
    const boundary = `click-${randomBytes(18).toString('hex')}`;
    const disposition = (rest: string): string => `--${boundary}\r\nContent-Disposition: form-data; ${rest}\r\n\r\n`;
    const head = Buffer.from(
      `${disposition('name="attributes"')}${JSON.stringify(attributes)}\r\n${disposition('name="file"; filename="file"')}`,
    );
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    this.contentType = `multipart/form-data; boundary=${boundary}`;
    this.size = size;
    this.#start = head.length;
    this.#buffer = Buffer.allocUnsafeSlow(head.length + size + tail.length);
    head.copy(this.#buffer);
    tail.copy(this.#buffer, head.length + size);
  }

  get filled(): number {
    return this.#filled;
  }

  add(bytes: Buffer): void {
    this.#filled += bytes.copy(this.#buffer, this.#start + this.#filled, 0, Math.min(bytes.length, this.size - this.#filled));
  }

  get body(): Buffer {
    return this.#buffer;
  }

  sha1(): string {
    return createHash('sha1')
      .update(this.#buffer.subarray(this.#start, this.#start + this.size))
      .digest('hex');
  }
}
