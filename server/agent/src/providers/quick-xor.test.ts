import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { QuickXor } from './quick-xor.ts';

/** Known pairs of the implementations of Microsoft and of rclone: bytes and hash, both in Base64. */
const vectors = [
  ['', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  ['Sg==', 'SgAAAAAAAAAAAAAAAQAAAAAAAAA='],
  ['n6Neh7p6fFgm', 'nxiFFw6hCz3wAQsmCQAAAAAAAAA='],
  ['2fuxhBJXtpWFe8dOfdGeHw==', 'O9tHLAghgSvYohKFyMMxnNCHaHg='],
  ['T6LYJIfDh81JrAK309H2JMJTXis=', 'zBTHrspn3mEcohlJdIUAbjGNaNg='],
  ['NbYXsp5/K6mR+NmHwExjvWeWDJFnXTKWVlzYHoesp2E=', 'wjuAuWDiq04qDt1R8hHWDDcwVoQ='],
  ['Mb7EGva2rEE5fENDL85P+BsapHEEjv2/siVhKjvAQe02feExVOQSkfmuYzU/kTF1MaKjPmKF/w+cbvwfdWL8aQ==', 'n1anP5NfvD4XDYWIeRPW3ZkPv1Y='],
  [
    'PfxMcUd0vIW6VbHG/uj/Y0W6qEoKmyBD0nYebEKazKaKG+UaDqBEcmQjbfQeVnVLuodMoPp7P7TR1htX5n2VnkHh22xDyoJ8C/ZQKiSNqQfXvh83judf4RVr9exJCud8Uvgip6aVZTaPrJHVjQhMCp/dEnGvqg0oN5OVkM2qqAXvA0teKUDhgNM71sDBVBCGXxNOR2bpbD1iM4dnuT0ey4L+loXEHTL0fqMeUcEi2asgImnlNakwenDzz0x57aBwyq3AspCFGB1ncX4yYCr/OaCcS5OKi/00WH+wNQU3',
    'QX/YEpG0gDsmhEpCdWhsxDzsfVE=',
  ],
] as const;

function hashOf(pieces: readonly Buffer[]): string {
  let hash = new QuickXor();
  for (const piece of pieces) {
    hash.update(piece);
    hash = new QuickXor(JSON.parse(JSON.stringify(hash.state)) as QuickXor['state']);
  }
  return Buffer.from(hash.digest(), 'hex').toString('base64');
}

describe('QuickXorHash', () => {
  it.each(vectors)('of %j is %j', (bytes, hash) => {
    expect(hashOf([Buffer.from(bytes, 'base64')])).toBe(hash);
  });

  it.each([1, 3, 64, 160, 1000])('goes on from its stored state, %i bytes at a time', (step) => {
    const bytes = randomBytes(4321);
    const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, n) => bytes.subarray(n * step, (n + 1) * step));
    expect(hashOf(pieces)).toBe(hashOf([bytes]));
  });

  it('is the same for bytes at any place in memory', () => {
    const bytes = randomBytes(1000);
    const odd = Buffer.alloc(1001).subarray(1);
    bytes.copy(odd);
    expect(hashOf([odd])).toBe(hashOf([Buffer.from(bytes)]));
  });
});
