import { describe, expect, it } from 'vitest';
import { EMPTY_SHA256, encodeRfc3986, Signer } from './sigv4.ts';

// The examples of docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
const signer = new Signer('AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
const host = 'examplebucket.s3.amazonaws.com';
const now = new Date('2013-05-24T00:00:00Z');
const signatureOf = (headers: Record<string, string>): string | undefined => /Signature=(.*)$/.exec(headers['authorization'] ?? '')?.[1];

describe('The signature of a request', () => {
  it('of a ranged GET is the one of the published example, again and again', () => {
    for (let turn = 0; turn < 2; turn++) {
      const headers = signer.sign(
        { method: 'GET', host, path: '/test.txt', query: '', headers: { range: 'bytes=0-9' }, payload: EMPTY_SHA256 },
        'us-east-1',
        now,
      );
      expect(headers['authorization']).toContain('SignedHeaders=host;range;x-amz-content-sha256;x-amz-date');
      expect(signatureOf(headers)).toBe('f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
    }
  });

  it('of a PUT with an encoded key is the one of the published example', () => {
    const headers = signer.sign(
      {
        method: 'PUT',
        host,
        path: `/${encodeRfc3986('test$file.text')}`,
        query: '',
        headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
        payload: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      },
      'us-east-1',
      now,
    );
    expect(signatureOf(headers)).toBe('98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd');
  });

  it('of a query is the one of the published example', () => {
    const headers = signer.sign(
      { method: 'GET', host, path: '/', query: 'max-keys=2&prefix=J', headers: {}, payload: EMPTY_SHA256 },
      'us-east-1',
      now,
    );
    expect(signatureOf(headers)).toBe('34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7');
  });

  it('encodes what encodeURIComponent leaves', () => {
    expect(encodeRfc3986("a b/ü'(1)*!~-_.")).toBe('a%20b%2F%C3%BC%27%281%29%2A%21~-_.');
  });
});
