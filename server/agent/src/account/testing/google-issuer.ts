// Owns an issuer of ID tokens on loopback for tests: discovery, published keys, and tokens that are good or not.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

export const clientId = 'test-client';

export interface TestIssuer {
  readonly url: string;
  /** Requests that it has answered. */
  readonly asked: string[];
  /** A good token but for what the arguments change; `undefined` leaves a claim out. */
  readonly idToken: (claims?: Readonly<Record<string, unknown>>, key?: CryptoKey) => Promise<string>;
  /** From now on the document is answered with this status. */
  readonly break: (document: 'discovery' | 'keys', status: number) => void;
  readonly close: () => Promise<void>;
}

export async function testIssuer(now: () => number): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'RS256' };
  const asked: string[] = [];
  const broken = new Map<string, number>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const document = request.url === '/keys' ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/keys` };
    response.writeHead(broken.get(request.url ?? '') ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    idToken(claims = {}, key = privateKey) {
      const issued = Math.floor(now() / 1000);
      const good = { iss: url, aud: clientId, sub: 'google-1', iat: issued, exp: issued + 3600 };
      const person = { email: 'jane@example.com', email_verified: true, name: 'Jane Doe', given_name: 'Jane', family_name: 'Doe' };
      return new SignJWT({ ...good, ...person, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
    },
    break(document, status) {
      broken.set(document === 'keys' ? '/keys' : '/.well-known/openid-configuration', status);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
