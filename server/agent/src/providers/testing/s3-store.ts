// Owns an S3 store for fault tests: the requests of a multipart upload and of whole objects, each of which can be answered otherwise.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { bodyOf, type Script } from './scripted-server.ts';

function xml(res: ServerResponse, status: number, body: string): void {
  res.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
}

export const failure = (res: ServerResponse, status: number, code: string): void =>
  xml(res, status, `<Error><Code>${code}</Code><Message>no</Message></Error>`);

export const base64 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
};

type Operation = 'put' | 'head' | 'create' | 'part' | 'list' | 'complete' | 'abort' | 'copy' | 'copyPart' | 'remove';

/** Knows ListParts and Abort, and by default nothing of checksums and conditions. */
export class S3Store {
  readonly parts = new Map<number, Buffer>();
  open = false;
  published: number | undefined;
  /** Beside those of every answer to a HEAD and a Create. */
  head: Record<string, string> = {};
  created: Record<string, string> = {};
  /** `checks`: answers with the CRC32 of what came; in Base64: always with this one. */
  crc32: 'checks' | 'ignores' | (string & {}) = 'ignores';
  loseCompletion = false;
  readonly asked: Operation[] = [];
  /** True when it has answered in its own way. */
  instead: (operation: Operation, req: IncomingMessage, res: ServerResponse) => boolean = () => false;

  readonly script: Script = async (req, res) => {
    const query = new URL(req.url ?? '', 'http://store').searchParams;
    const body = await bodyOf(req);
    const operation = operationOf(req, query);
    this.asked.push(operation);
    if (this.instead(operation, req, res)) return;
    if (operation === 'create') return this.#create(res);
    if (query.has('uploadId'))
      return this.#inUpload(operation, res, query, { body, range: String(req.headers['x-amz-copy-source-range']) });
    if (operation === 'put') {
      this.published = body.length;
      return void res.writeHead(200, { etag: '"0123"', ...this.#echo(body) }).end();
    }
    if (this.published === undefined) return failure(res, 404, 'NoSuchKey');
    if (operation === 'remove') {
      this.published = undefined;
      return void res.writeHead(204).end();
    }
    res.writeHead(200, { 'content-length': this.published, etag: '"0123-3"', ...this.head }).end();
  };

  #echo(body: Buffer): Record<string, string> {
    if (this.crc32 === 'ignores') return {};
    return { 'x-amz-checksum-crc32': this.crc32 === 'checks' ? base64(crc32(body)) : this.crc32 };
  }

  #create(res: ServerResponse): void {
    this.open = true;
    for (const [name, value] of Object.entries(this.created)) res.setHeader(name, value);
    xml(res, 200, '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>');
  }

  #inUpload(operation: Operation, res: ServerResponse, query: URLSearchParams, { body, range }: { body: Buffer; range: string }): void {
    if (!this.open) return failure(res, 404, 'NoSuchUpload');
    if (operation === 'part') {
      const n = Number(query.get('partNumber'));
      this.parts.set(n, body);
      return void res.writeHead(200, { etag: `"part-${n}"`, ...this.#echo(body) }).end();
    }
    if (operation === 'copyPart') {
      this.#keepRange(Number(query.get('partNumber')), range);
      return xml(res, 200, `<CopyPartResult><ETag>"part"</ETag></CopyPartResult>`);
    }
    if (operation === 'abort') {
      this.open = false;
      this.parts.clear();
      return void res.writeHead(204).end();
    }
    return operation === 'list' ? this.#list(res) : this.#complete(res);
  }

  /** A part that is copied has the length of its range. */
  #keepRange(n: number, range: string): void {
    const [, first = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    this.parts.set(n, Buffer.alloc(Number(last) - Number(first) + 1));
  }

  #list(res: ServerResponse): void {
    const parts = [...this.parts].map(
      ([n, bytes]) => `<Part><PartNumber>${n}</PartNumber><ETag>"part-${n}"</ETag><Size>${bytes.length}</Size></Part>`,
    );
    xml(res, 200, `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`);
  }

  #complete(res: ServerResponse): void {
    this.open = false;
    this.published = [...this.parts.values()].reduce((sum, part) => sum + part.length, 0);
    if (this.loseCompletion) return void res.destroy();
    xml(res, 200, '<CompleteMultipartUploadResult><ETag>"0123-3"</ETag></CompleteMultipartUploadResult>');
  }
}

function operationOf(req: IncomingMessage, query: URLSearchParams): Operation {
  const copies = req.headers['x-amz-copy-source'] !== undefined;
  if (query.has('uploads')) return 'create';
  if (query.has('uploadId')) {
    if (req.method === 'PUT') return copies ? 'copyPart' : 'part';
    return req.method === 'GET' ? 'list' : req.method === 'POST' ? 'complete' : 'abort';
  }
  if (req.method === 'PUT') return copies ? 'copy' : 'put';
  return req.method === 'DELETE' ? 'remove' : 'head';
}
