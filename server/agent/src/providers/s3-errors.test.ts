import { expect, it } from 'vitest';
import { s3Error } from './s3-errors.ts';

const withCode = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code, config: { authorization: 'secret' } });

it('a failure of the network keeps its code, of each address that was tried, and nothing else of the exchange', () => {
  const one = s3Error('PUT b/k', withCode('ENETUNREACH')) as Error;
  expect(one).toMatchObject({ kind: 'unavailable', cause: { code: 'ENETUNREACH' } });
  const both = new AggregateError([withCode('ENETUNREACH'), withCode('ETIMEDOUT')]);
  const { cause } = s3Error('PUT b/k', both) as { cause: AggregateError };
  expect(cause.errors.map(({ code }: { code: string }) => code)).toEqual(['ENETUNREACH', 'ETIMEDOUT']);
  for (const error of [one.cause, ...(cause.errors as unknown[])]) expect(error).not.toHaveProperty('config');
});
