import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkKey, fromBinary, keyToPath, MAX_KEY_BYTES, parseName } from './key-path.ts';

const key = fc
  .array(
    fc.oneof(
      fc.constantFrom('/', '.', '..', 'a', 'A', '%', ' ', '\\', ':', '-', 'é', '\u{1f600}', 'x'.repeat(80)),
      fc.string({ unit: 'grapheme' }),
    ),
    {
      minLength: 1,
      maxLength: 20,
    },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text !== '' && Buffer.byteLength(text) <= MAX_KEY_BYTES);

test('a path reads back as the key that made it', () => {
  fc.assert(
    fc.property(key, (text) => {
      const parts = keyToPath(text).map((name) => parseName(name)?.part);
      expect(fromBinary(parts.join(''))).toBe(text);
    }),
  );
});

test('every component is a short lower-case name that means nothing to a file system', () => {
  fc.assert(
    fc.property(key, (text) => {
      for (const name of keyToPath(text)) {
        expect(name).toMatch(/^[a-z0-9._%-]*\.[odc]$/);
        expect(name.length).toBeLessThanOrEqual(242);
        expect(['.', '..']).not.toContain(name);
      }
    }),
  );
});

test('two keys have two paths, also where case does not count', () => {
  expect(keyToPath('Readme').join('/').toLowerCase()).not.toBe(keyToPath('README').join('/').toLowerCase());
  expect(keyToPath('a')).toEqual(['a.o']);
  expect(keyToPath('a/b')).toEqual(['a.d', 'b.o']);
  expect(keyToPath('../a//')).toEqual(['...d', 'a.d', '.d', '.o']);
  expect(keyToPath('\u00e9')).not.toEqual(keyToPath('e\u0301'));
});

test('names that this server does not make are not read as keys', () => {
  for (const name of ['.DS_Store', 'a', 'A.o', 'a.txt', '%zz.o', 'a%4.o']) expect(parseName(name)).toBeUndefined();
});

test('a key is refused if it is empty, too long or has a NUL', () => {
  expect(() => checkKey('')).toThrow('empty');
  expect(() => checkKey('a\0b')).toThrow('NUL');
  expect(() => checkKey('é'.repeat(513))).toThrow('1024');
  expect(() => checkKey('é'.repeat(512))).not.toThrow();
});
