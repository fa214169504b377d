import { describe, expect, it } from 'vitest';
import { operations } from './documents.ts';

const operation = (operationId: string, more: object = {}) => ({ operationId, tags: ['Cloud'], responses: { '200': {} }, ...more });

describe('the operations of a document', () => {
  it('come with static paths before paths with parameters', () => {
    const paths = { '/a/{id}': { get: operation('one') }, '/a/all': { get: operation('all') } };
    expect(operations({ paths } as never).map(({ id }) => id)).toEqual(['all', 'one']);
  });

  it('tell required, optional and no security apart, and inherit that of the document', () => {
    const paths = {
      '/a': {
        get: operation('none', { security: [] }),
        put: operation('optional', { security: [{ token: [] }, {}] }),
        post: operation('inherited'),
      },
    };
    const found = operations({ security: [{ token: [] }], paths } as never);
    expect(Object.fromEntries(found.map(({ id, security }) => [id, security]))).toEqual({
      none: 'none',
      optional: 'optional',
      inherited: 'required',
    });
  });

  it('carry the defaults of their query parameters, through references', () => {
    const components = {
      parameters: { Page: { name: 'page', in: 'query', schema: { $ref: '#/components/schemas/Page' } } },
      schemas: { Page: { type: 'integer', default: 1 } },
    };
    const paths = { '/a': { get: operation('paged', { parameters: [{ $ref: '#/components/parameters/Page' }] }) } };
    expect(operations({ components, paths } as never)[0]?.defaults).toEqual({ page: 1 });
  });

  it('must have a named schema for their body', () => {
    const requestBody = { content: { 'application/json': { schema: { type: 'object' } } } };
    expect(() => operations({ paths: { '/a': { post: operation('inline', { requestBody }) } } } as never)).toThrow(
      'inline: the payload has to be a $ref',
    );
  });
});
