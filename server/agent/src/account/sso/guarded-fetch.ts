// Owns every request that single sign-on sends to an identity provider: where it may go, how long it takes and how much it brings.
import { isLoopback, isTrustworthy } from './addresses.ts';

export interface RequestLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** A request that did not come to an answer that can be used; whoever asked for it says what that means. */
export class ProviderUnreachable extends Error {
  override readonly name = 'ProviderUnreachable';
}

interface FetchOptions {
  readonly method?: string;
  readonly headers?: RequestInit['headers'];
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A `fetch` that keeps to the rules whatever a discovery document says: https, or http on this machine if the provider itself is here;
 * no redirects, because an answer must come from where it was asked for.
 */
export function guardedFetch(provider: URL, { timeoutMs, maxBytes }: RequestLimits, signal: AbortSignal) {
  const here = isLoopback(provider);
  return async (address: string | URL, options: FetchOptions = {}): Promise<Response> => {
    const url = new URL(address);
    if (!isTrustworthy(url) || (isLoopback(url) && !here))
      throw new ProviderUnreachable(`The identity provider names an address that is not trusted: ${url.origin}.`);
    const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])]);
    try {
      const { method = 'GET', headers = {}, body = null } = options;
      const response = await fetch(url, {
        method,
        headers,
        body: body as NonNullable<RequestInit['body']> | null,
        redirect: 'manual',
        signal: patience,
      });
      const bytes = await limited(response, maxBytes);
      const bodiless = [101, 204, 205, 304].includes(response.status);
      return new Response(bodiless ? null : bytes, { status: response.status, headers: response.headers });
    } catch (error) {
      if (error instanceof ProviderUnreachable) throw error;
      const why = patience.aborted ? 'it did not answer in time' : reasonOf(error);
      throw new ProviderUnreachable(`${url.origin} cannot be asked: ${why}.`, { cause: error });
    }
  };
}

export type GuardedFetch = ReturnType<typeof guardedFetch>;

async function limited(response: Response, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > maxBytes) throw new ProviderUnreachable(`The answer of the identity provider is larger than ${maxBytes} bytes.`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: unknown }; message?: string };
  return typeof cause?.code === 'string' ? cause.code : (message ?? 'unknown error');
}
