import { describe, expect, it } from 'vitest';
import { edited } from './json-edit.ts';

const tools = { times: 2, secrets: { secretKey: 'very-secret' } };
const page = { data: [{ name: 'a', size: 1 }, { name: 'b' }], total: 2 };

describe('editing one place of a JSON value', () => {
  it('changes that place, and leaves the value that it was given as it was', () => {
    expect(edited(page, { edit: 'drop', path: 'data[0].name' }, tools)?.value).toEqual({ data: [{ size: 1 }, { name: 'b' }], total: 2 });
    expect(edited(page, { edit: 'retype', path: 'total' }, tools)?.value).toMatchObject({ total: '2' });
    expect(edited(page, { edit: 'reverse', path: 'data' }, tools)?.value).toMatchObject({ data: [{ name: 'b' }, { name: 'a' }] });
    expect(edited(page, { edit: 'skip-first', path: 'data' }, tools)?.value).toMatchObject({ data: [{ name: 'b' }] });
    expect(edited(page, { edit: 'grow', path: 'data[0].size' }, tools)?.value).toMatchObject({ data: [{ size: 4 }, {}] });
    expect(edited(page, { edit: 'leak', path: 'data[1].name', secret: 'secretKey' }, tools)?.value).toMatchObject({
      data: [{}, { name: 'bvery-secret' }],
    });
    expect(edited('a text', { edit: 'retype', path: '' }, tools)?.value).toBe(12345);
    expect(page.data.length).toBe(2);
  });

  it('says so when there is no such place, so that a fault without effect is seen', () => {
    expect(edited(page, { edit: 'drop', path: 'data[7].name' }, tools)).toBeUndefined();
    expect(edited(page, { edit: 'empty', path: 'total' }, tools)).toBeUndefined();
    expect(edited(page, { edit: 'leak', path: 'data[0].name', secret: 'accessKey' }, tools)).toBeUndefined();
  });
});
