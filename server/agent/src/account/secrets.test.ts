import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyFile } from './key-file.ts';
import { isObfuscated, obfuscate } from './obfuscate.ts';
import { hashPassword, nobodysHash, passwordCost, verifyPassword } from './password.ts';
import { openSecretBox } from './secret-box.ts';
import { cheap } from './testing/installation.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'click-agent-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a password hash', () => {
  it('is salted, tells its cost and takes the right password only', async () => {
    const [one, two] = [await hashPassword('click-demo', cheap), await hashPassword('click-demo', cheap)];
    expect(one).not.toBe(two);
    expect(one).toMatch(/^scrypt\$16\$1\$1\$/);
    expect(await verifyPassword('click-demo', one)).toBe(true);
    expect(await verifyPassword('click-demO', one)).toBe(false);
    expect(await verifyPassword('', one)).toBe(false);
  });

  it('of nobody costs the same as a real one and takes no password', async () => {
    const real = await hashPassword('x');
    const nobodys = nobodysHash(passwordCost);
    expect(nobodys.split('$').slice(0, 4)).toEqual(real.split('$').slice(0, 4));
    expect(nobodys.split('$').map((part) => part.length)).toEqual(real.split('$').map((part) => part.length));
    expect(await verifyPassword('x', nobodys)).toBe(false);
  });

  it('takes a character however it was typed', async () => {
    expect(await verifyPassword('caf\u0065\u0301', await hashPassword('caf\u00e9', cheap))).toBe(true);
  });
});

describe('a key file', () => {
  it('is created once, private and whole, and leaves nothing beside it', () => {
    const path = join(directory, 'keys', 'master.key');
    const key = keyFile(path);
    expect(key).toHaveLength(32);
    expect(keyFile(path)).toEqual(key);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'keys')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(directory, 'keys'))).toEqual(['master.key']);
  });

  it('that others can read is refused with the fix', () => {
    const path = join(directory, 'master.key');
    keyFile(path);
    chmodSync(path, 0o644);
    expect(() => keyFile(path)).toThrow(`chmod 600 '${path}'`);
  });

  it('that is damaged is refused and not replaced', () => {
    const path = join(directory, 'master.key');
    writeFileSync(path, 'short', { mode: 0o600 });
    expect(() => keyFile(path)).toThrow('damaged');
    expect(readFileSync(path, 'utf8')).toBe('short');
  });
});

describe('the secret box', () => {
  it('opens what it sealed, at the same place only', () => {
    const box = openSecretBox(directory);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (secret, place, other) => {
        const sealed = box.seal(secret, place);
        expect(box.open(sealed, place)).toBe(secret);
        if (place !== other) expect(() => box.open(sealed, other)).toThrow('does not open');
      }),
    );
  });

  it('never seals the same secret to the same text, and holds no plain text', () => {
    const box = openSecretBox(directory);
    const [one, two] = [box.seal('canary-secret', 'here'), box.seal('canary-secret', 'here')];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.slice(3), 'base64url').includes('canary')).toBe(false);
  });

  it('notices a changed bit and a foreign key', () => {
    const sealed = openSecretBox(directory).seal('secret', 'here');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    bytes[bytes.length - 1]! ^= 1;
    expect(() => openSecretBox(directory).open(`v1.${bytes.toString('base64url')}`, 'here')).toThrow('does not open');
    expect(() => openSecretBox(join(directory, 'other')).open(sealed, 'here')).toThrow('does not open');
    expect(() => openSecretBox(directory).open('plain', 'here')).toThrow('damaged');
  });
});

describe('an obfuscated key', () => {
  it('shows the last four characters of long keys and nothing of short ones', () => {
    expect([obfuscate('AKIAIOSFODNN7EXAMPLE'), obfuscate('demo-secret'), obfuscate('')]).toEqual(['********MPLE', '********', '']);
  });

  it('is recognised, never longer than twelve characters, and never contains the key', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (key) => {
        const shown = obfuscate(key);
        expect(isObfuscated(shown)).toBe(true);
        expect(shown.length).toBeLessThanOrEqual(12);
        if (!key.startsWith('*')) expect(isObfuscated(key)).toBe(false);
      }),
    );
  });
});
