import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { compileSchemas } from './compile-schemas.ts';

const document = createRequire(import.meta.url)('@click-kit/contract/click/openapi.json') as object;

it('compiles every schema of the contract', () => {
  expect(() => compileSchemas(document)).not.toThrow();
});

it('names a schema whose pattern is broken', () => {
  const broken = { components: { schemas: { Good: { type: 'string' }, Bad: { type: 'string', pattern: '(' } } } };
  expect(() => compileSchemas(broken)).toThrow(/The schema Bad/);
});
