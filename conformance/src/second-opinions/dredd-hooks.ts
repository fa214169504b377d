// Owns the hooks that Dredd runs in its own process: they add the token, leave out what is no reading, and write down what came of it.

export const tokenVariable = 'CLICK_DREDD_TOKEN';
export const resultsVariable = 'CLICK_DREDD_RESULTS';

/** What the hooks write, one entry a transaction. */
export interface DreddTransaction {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly expected: number;
  readonly actual: number | null;
  readonly outcome: 'pass' | 'fail' | 'skip';
  readonly messages: readonly string[];
}

/**
 * CommonJS, because Dredd requires it. Dredd does not send a key in the query by itself, and of an OpenAPI 3 document it asks for
 * each documented status with the same good request, so only the 2xx of a GET is a fair question.
 */
export const hooksSource = `'use strict';
const { writeFileSync } = require('node:fs');
const hooks = require('hooks');
const token = process.env.${tokenVariable};

hooks.beforeEach((transaction, done) => {
  const status = Number(transaction.expected.statusCode);
  if (transaction.request.method !== 'GET' || status < 200 || status > 299) transaction.skip = true;
  else if (token !== undefined) {
    const url = new URL(transaction.fullPath, 'http://target.invalid');
    url.searchParams.set('token', token);
    transaction.fullPath = url.pathname + url.search;
  }
  done();
});

// Dredd compares the whole header; a charset does not make another media type.
hooks.beforeEachValidation((transaction, done) => {
  const headers = (transaction.real && transaction.real.headers) || {};
  if (headers['content-type']) headers['content-type'] = headers['content-type'].split(';')[0].trim();
  done();
});

hooks.afterAll((transactions, done) => {
  const rows = transactions.map((transaction) => {
    const { name, request, expected, real, skip, test } = transaction;
    const fields = Object.entries((transaction.results && transaction.results.fields) || {});
    const messages = fields.flatMap(([field, { errors = [] }]) => errors.map(({ message }) => field + ': ' + message));
    const failed = test && test.status === 'fail';
    return {
      name,
      method: request.method,
      path: request.uri.split('?')[0],
      expected: Number(expected.statusCode),
      actual: real && real.statusCode !== undefined ? Number(real.statusCode) : null,
      outcome: skip || (test && test.status === 'skip') ? 'skip' : failed ? 'fail' : 'pass',
      messages: messages.length > 0 || !failed ? messages : [String(test.message || 'it failed')],
    };
  });
  writeFileSync(process.env.${resultsVariable}, JSON.stringify(rows));
  done();
});
`;
