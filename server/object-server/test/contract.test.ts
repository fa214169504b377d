import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ERROR_CODES } from '../src/http-error.ts';
import { startFixture, TUS } from './fixture.ts';

const SPEC = new URL('../../../openapi/object-server/', import.meta.url);

async function read(path: string): Promise<Record<string, unknown>> {
  return parse(await readFile(new URL(path, SPEC), 'utf8')) as Record<string, unknown>;
}

test('the specification lists exactly the error codes of the server', async () => {
  const { properties } = (await read('components/schemas/ErrorBody.yaml')) as { properties: { code: { enum: string[] } } };
  expect(properties.code.enum.toSorted()).toEqual(ERROR_CODES.toSorted());
});

test('the server has exactly the methods of the specification', async () => {
  const { paths } = (await read('openapi.yaml')) as { paths: Record<string, Record<string, { $ref: string }>> };
  const fixture = await startFixture();
  for (const [path, operations] of Object.entries(paths)) {
    const target = path
      .replace('/.uploads', path === '/.uploads' ? '/.uploads?bucket=bucket&key=key' : '/.uploads')
      .replace('{bucket}', 'bucket')
      .replace('{key}', 'key')
      .replace('{uploadId}', 'f'.repeat(32))
      .replace('{accessKey}', 'A'.repeat(16))
      .replace('{pushId}', 'a'.repeat(8));
    const refused = await fixture.call('TRACE', target, { headers: TUS });
    // HEAD of the service and OPTIONS of an upload follow from GET and from the options of any object.
    const implied = new Set(['/ HEAD', '/.uploads/{uploadId} OPTIONS']);
    const allowed = String(refused.headers.allow)
      .split(', ')
      .filter((method) => !implied.has(`${path} ${method}`));
    expect(allowed.map((method) => method.toLowerCase()).toSorted()).toEqual(Object.keys(operations).toSorted());
  }
  const files = await readdir(new URL('paths/', SPEC));
  const named = Object.values(paths).flatMap((operations) => Object.values(operations).map(({ $ref }) => $ref.replace('paths/', '')));
  expect(files.toSorted()).toEqual(named.toSorted());
});
