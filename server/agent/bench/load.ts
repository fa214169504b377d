// Owns one measurement: how many answers a second a URL gives to ten connections.
import autocannon from 'autocannon';

/** Answers per second. Throws when any answer was not a 2xx, since a fast refusal is not a result. */
export async function load(url: string, seconds: number): Promise<number> {
  const result = await autocannon({ url, connections: 10, duration: seconds });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${new URL(url).pathname}: ${result.non2xx} answers were not 2xx, ${result.errors} errors`);
  return result['2xx'] / result.duration;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN, sorted[middle] ?? NaN];
  return (low + high) / 2;
}
