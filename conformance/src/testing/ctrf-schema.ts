// Owns the rules of CTRF that a report of ours can break (ctrf.io, schema 0.0.0), for the tests.

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const word = { enum: ['passed', 'failed', 'skipped', 'pending', 'other'] } as const;
const open = { type: 'object' } as const;

const closed = (required: readonly string[], properties: object) =>
  ({ type: 'object', additionalProperties: false, required, properties }) as const;

const summaryCounts = { tests: count, passed: count, failed: count, skipped: count, pending: count, other: count };

export const ctrfSchema = closed(['results', 'reportFormat', 'specVersion'], {
  reportFormat: { const: 'CTRF' },
  specVersion: { type: 'string', pattern: String.raw`^[0-9]+\.[0-9]+\.[0-9]+$` },
  timestamp: { type: 'string', format: 'date-time' },
  generatedBy: text,
  results: closed(['tool', 'summary', 'tests'], {
    tool: closed(['name'], { name: { type: 'string', minLength: 1 }, version: text, extra: open }),
    summary: closed([...Object.keys(summaryCounts), 'start', 'stop'], {
      ...summaryCounts,
      suites: count,
      start: count,
      stop: count,
      duration: count,
      extra: open,
    }),
    tests: {
      type: 'array',
      items: closed(['name', 'status', 'duration'], {
        name: { type: 'string', minLength: 1 },
        status: word,
        rawStatus: text,
        duration: count,
        suite: { type: 'array', minItems: 1, items: text },
        message: text,
        trace: text,
        type: text,
        tags: { type: 'array', items: text },
        extra: open,
      }),
    },
    environment: closed([], { appName: text, appVersion: text, testEnvironment: text, extra: open }),
  }),
});
