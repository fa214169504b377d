// Owns receiving a multipart form: text fields in memory, the one file streamed to disk.
import { randomUUID } from 'node:crypto';
import { open, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import type { Request } from 'express';
import { Problem } from './problem.ts';

export interface ReceivedFile {
  /** Where the bytes are; the handler moves the file on, whatever is left is removed by `discard`. */
  readonly path: string;
  readonly size: number;
  /** The client's name for it, without any folder. */
  readonly name: string;
}

export interface ReceivedForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: ReceivedFile | undefined;
}

export interface FormLimits {
  readonly maxFileBytes: number;
  readonly maxFieldBytes: number;
  readonly maxFields: number;
}

/**
 * Reads the whole form. The file is written to `directory` under a random name with back-pressure, so that memory does not
 * depend on its size. Rejects with a 499 when the form is malformed or over a limit; nothing is left on disk then.
 */
export async function receiveForm(request: Request, directory: string, limits: FormLimits, signal: AbortSignal): Promise<ReceivedForm> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${randomUUID()}.part`);
  try {
    const form = await parse(request, path, limits, signal);
    if (form.file === undefined) await rm(path, { force: true });
    return form;
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof Problem || signal.aborted) throw error;
    throw new Problem(499, 'DEFAULT', `The form cannot be read: ${error instanceof Error ? error.message : String(error)}.`, error);
  }
}

async function parse(request: Request, path: string, limits: FormLimits, signal: AbortSignal): Promise<ReceivedForm> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  let received: Promise<ReceivedFile> | undefined;
  const parser = busboy({
    headers: request.headers,
    defParamCharset: 'utf8',
    limits: {
      files: 1,
      fileSize: limits.maxFileBytes,
      fields: limits.maxFields,
      fieldSize: limits.maxFieldBytes,
      parts: limits.maxFields + 1,
    },
  });
  const finished = new Promise<void>((resolve, reject) => {
    const tooLarge = (what: string) => () => reject(new Problem(499, 'DEFAULT', `The form has too many ${what}.`));
    parser.on('field', (name, value, info) => {
      if (info.valueTruncated) reject(new Problem(499, 'DEFAULT', `The field ${name} is longer than ${limits.maxFieldBytes} bytes.`));
      else fields[name] = value;
    });
    parser.on('file', (name, stream, info) => {
      // A form may end before anybody reads the file; without a listener that would end the process.
      stream.on('error', reject);
      if (name !== 'file' || received !== undefined) return void stream.resume();
      received = store(stream, path, info.filename ?? '', limits.maxFileBytes);
      received.catch(reject);
    });
    parser.on('filesLimit', tooLarge('files')).on('fieldsLimit', tooLarge('fields')).on('partsLimit', tooLarge('parts'));
    parser.on('error', reject).on('close', resolve);
    request.on('aborted', () => reject(new Problem(499, 'DEFAULT', 'The form ended before its last part.')));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  request.pipe(parser);
  try {
    await finished;
    return { fields, file: await received };
  } catch (error) {
    request.unpipe(parser);
    request.resume();
    parser.destroy();
    await received?.catch(() => undefined);
    throw error;
  }
}

async function store(stream: Readable & { truncated?: boolean }, path: string, name: string, limit: number): Promise<ReceivedFile> {
  const file = await open(path, 'wx', 0o600);
  let size = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      await file.write(piece, 0, piece.length, size);
      size += piece.length;
    }
    if (stream.truncated === true) throw new Problem(499, 'DEFAULT', `The file is larger than ${limit} bytes.`);
    await file.sync();
  } finally {
    await file.close();
  }
  return { path, size, name };
}
