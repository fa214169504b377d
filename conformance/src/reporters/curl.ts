// Owns the one line that repeats a request by hand.
import type { RecordedExchange } from '../result.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The kit's own marks are left out; what was redacted stays redacted and has to be filled in. */
export function curlOf({ request }: RecordedExchange): string {
  const headers = Object.entries(request.headers).filter(
    ([name]) => !['x-conformance-case', 'user-agent', 'accept'].includes(name.toLowerCase()),
  );
  return [
    'curl -i',
    ...(request.method === 'GET' ? [] : [`-X ${request.method}`]),
    quoted(request.url),
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(request.body === null ? [] : [`--data-raw ${quoted(request.body)}`]),
  ].join(' ');
}
