// Owns the cases of the ApiToken operations that one request can decide (apitoken.md).
import type { Case } from '../src/kit/case.ts';

export const cases: readonly Case[] = [
  {
    id: 'api-token.get-all-api-tokens.success',
    title: 'Get All API Tokens lists the tokens as a plain array',
    operation: 'getAllApiTokens',
    expect: { status: 200, also: ({ body }, { expect }) => expect.that(Array.isArray(body), 'the answer is an array', typeof body) },
    proves: ['APITOKEN-LIST-001'],
  },
  {
    id: 'api-token.insert-api-token.past-expiry',
    title: 'Insert API Token refuses an expiry that has passed',
    operation: 'insertApiToken',
    level: 'INFO',
    request: ({ name }) => Promise.resolve({ body: { title: name('past'), expirationDate: '2020-01-01T00:00:00Z' } }),
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  {
    id: 'api-token.insert-api-token.without-title',
    title: 'Insert API Token refuses a token without a title',
    operation: 'insertApiToken',
    level: 'INFO',
    request: { body: {}, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
];
