// Owns what tests of the wire share: bounds, a plain request, pieces, and the kind of an error.
import { networkError } from '../../http-errors.ts';
import { ProviderError } from '../../provider.ts';
import type { WireLimits, WireRequest } from '../exchange.ts';
import type { RawServer } from './raw-server.ts';

export const signal = (): AbortSignal => AbortSignal.timeout(10_000);
export const limits = (changes: Partial<WireLimits> = {}): WireLimits => ({
  connectMs: 2000,
  headersMs: 400,
  stallMs: 400,
  connectionsPerServer: 8,
  ...changes,
});
export const get = ({ origin }: RawServer, changes: Partial<WireRequest> = {}): WireRequest => ({
  what: 'GET x',
  method: 'GET',
  origin,
  path: '/x',
  headers: {},
  repeatable: true,
  ...changes,
});
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
export const headFor = (length: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;

export const kindOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => networkError('GET x', reason),
  );
  return error instanceof ProviderError ? error.kind : String(error);
};
