import { describe, expect, it } from 'vitest';
import { plain } from './events.ts';
import { hecText, retryAfterMs, verdictOf } from './splunk-hec.ts';

describe('an event', () => {
  it('is one line with the time in seconds, whatever is in it', () => {
    const text = hecText({ event: 'dropped', count: 1 }, 1_772_366_400_123, 'machine\nname');
    expect(text).not.toContain('\n');
    expect(JSON.parse(text)).toEqual({
      time: 1_772_366_400.123,
      host: 'machine\nname',
      source: 'click-agent',
      sourcetype: 'click:agent',
      event: { event: 'dropped', count: 1 },
    });
  });

  it('has no secret in a text from elsewhere, and no endless text', () => {
    expect(plain('GET http://user:word@host/x?token=abc&y=1 failed')).toBe('GET http://[redacted]@host/x?token=[redacted]&y=1 failed');
    expect(plain('x'.repeat(10_000))).toHaveLength(500);
  });
});

describe('an answer of the collector', () => {
  it.each([
    [200, '{"text":"Success","code":0}', 'taken'],
    [200, '', 'taken'],
    [200, '{"text":"?","code":9}', 'later'],
    [401, '{"text":"Token is required","code":2}', 'refused'],
    [401, '{"text":"Invalid authorization","code":3}', 'refused'],
    [403, '{"text":"Token disabled","code":1}', 'refused'],
    [403, '{"text":"Invalid token","code":4}', 'refused'],
    [400, '{"text":"Incorrect index","code":7,"invalid-event-number":0}', 'refused'],
    [400, '{"text":"Data channel is missing","code":10}', 'refused'],
    [400, '{"text":"Invalid data format","code":6,"invalid-event-number":1}', 'unreadable'],
    [400, '{"text":"Event field is required","code":12}', 'unreadable'],
    [400, '<html>', 'unreadable'],
    [413, '', 'unreadable'],
    [429, '', 'later'],
    [500, '{"text":"Internal server error","code":8}', 'later'],
    [503, '{"text":"Server is busy","code":9}', 'later'],
    [302, '', 'later'],
    [404, 'not found', 'later'],
  ])('%i %s means %s', (status, body, kind) => {
    expect(verdictOf(status, body, undefined).kind).toBe(kind);
  });

  it('may say when to come back, in seconds or as a date', () => {
    const now = Date.parse('2026-03-01T12:00:00Z');
    expect(
      ['3', 'Sun, 01 Mar 2026 12:00:05 GMT', 'Sun, 01 Mar 2026 11:00:00 GMT', 'soon', null].map((it) => retryAfterMs(it, now)),
    ).toEqual([3000, 5000, 0, undefined, undefined]);
    expect(verdictOf(503, '', 3000)).toEqual({ kind: 'later', reason: '503', afterMs: 3000 });
  });
});
