import { describe, expect, it } from 'vitest';
import { Redactor } from '../kit/redaction.ts';
import { type CheckResult, type RunResult, statuses } from '../result.ts';
import { sampleCheck, sampleResult } from '../testing/sample-result.ts';
import { consoleReporter, summaryOf } from './console.ts';
import { curlOf } from './curl.ts';
import { toHtml } from './html.ts';
import { toJson } from './json.ts';
import { toJunit } from './junit.ts';
import { paintFor } from './paint.ts';

const all = statuses.flatMap((status, index) =>
  Array.from({ length: index + 1 }, (_none, number) => sampleCheck(status, { id: `sample.${status}-${number}` })),
);
const result = sampleResult(all);
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

async function consoleText(of: RunResult): Promise<string> {
  let text = '';
  const reporter = consoleReporter({
    terminal: { write: (part) => void (text += part), isTTY: false, columns: 80 },
    quiet: false,
    colour: false,
  });
  reporter.begin?.({
    runId: of.run.id,
    targetUrl: of.target.url,
    contract: of.contract.title,
    total: of.checks.length,
    known: of.checks.length,
  });
  of.checks.forEach((check, index) => reporter.ended?.(check, index));
  await reporter.finish(of);
  return text;
}

describe('the reports', () => {
  it('all count the same', () => {
    const json = JSON.parse(toJson(result)) as RunResult;
    const junit = toJunit(result);
    const html = toHtml(result);
    const table =
      summaryOf(result, paintFor(false))
        .split('\n')
        .find((line) => line.startsWith('all')) ?? '';
    const inTable = table.trim().split(/\s+/).slice(1).map(Number);
    expect(inTable).toEqual([...statuses.map((status) => json.counts[status]), all.length]);
    for (const status of statuses) expect(count(html, new RegExp(`data-status="${status}"`, 'g'))).toBe(json.counts[status]);
    expect(count(junit, /<testcase /g)).toBe(json.counts.total);
    expect(count(junit, /<failure /g)).toBe(json.counts.failed);
    expect(count(junit, /<error /g)).toBe(json.counts.error);
    expect(count(junit, /<skipped /g)).toBe(json.counts.blocked + json.counts['not-applicable']);
    expect(junit).toContain(`tests="${json.counts.total}" failures="${json.counts.failed}" errors="${json.counts.error}"`);
  });

  it('hold no secret, wherever the target or the kit put it', async () => {
    const redactor = new Redactor();
    const secret = 'canary-"secret"-<&>';
    redactor.add(secret);
    const [exchange] = sampleCheck('failed').exchanges;
    const leaking: CheckResult = sampleCheck('failed', {
      title: `title ${secret}`,
      reason: `reason ${secret}`,
      failures: [
        { level: 'MUST', message: `message ${secret}`, expected: JSON.stringify(secret), actual: encodeURIComponent(secret), exchange: 0 },
      ],
      exchanges:
        exchange === undefined
          ? []
          : [
              {
                ...exchange,
                request: {
                  ...exchange.request,
                  url: `http://h/?token=${encodeURIComponent(secret)}`,
                  body: JSON.stringify({ password: secret }),
                },
                response: { status: 200, headers: { 'x-a': secret }, body: secret },
              },
            ],
      frames: [{ channel: 'notification', at: 1, message: 'progress', text: JSON.stringify({ Data: secret }) }],
      undocumented: [{ kind: 'field', where: 'login 200', what: secret }],
    });
    const safe = redactor.deep({ ...sampleResult([leaking]), cleanupErrors: [secret] });
    for (const report of [toJson(safe), toJunit(safe), toHtml(safe), await consoleText(safe)]) {
      expect(report).not.toContain('canary');
      expect(report).toContain('***');
    }
  });

  it('escape what the target says', () => {
    const hostile = sampleCheck('failed', {
      title: '<script>alert(1)</script>',
      failures: [{ level: 'MUST', message: `"><img src=x onerror='a'>\u0007` }],
    });
    expect(toHtml(sampleResult([hostile]))).not.toMatch(/<script>alert|<img/);
    const junit = toJunit(sampleResult([hostile]));
    expect(junit).not.toMatch(/<script>|<img/);
    // oxlint-disable-next-line no-control-regex
    expect(junit).not.toMatch(/\u0007/);
  });

  it('need nothing from elsewhere to be shown', () => {
    const html = toHtml(result);
    expect(html).not.toMatch(/(?:src|href)\s*=\s*["']?(?:https?:)?\/\//);
    expect(html).not.toMatch(/@import|url\(/);
  });

  it('say the verdict and the reason on the console, and show a card for a failure', async () => {
    const text = await consoleText(sampleResult([sampleCheck('failed'), sampleCheck('blocked')]));
    expect(text).toContain('FAILED in 1.2 s: 1 MUST check failed; 1 check could not run');
    expect(text).toContain('expected  []');
    expect(text).toContain("curl -i 'http://localhost:29123/cloud/accounts?token=***'");
  });
});

describe('the curl line', () => {
  it('repeats method, headers and body, quoted for the shell', () => {
    const request = {
      method: 'POST',
      url: 'http://h/a',
      headers: { 'content-type': 'application/json', 'user-agent': 'kit' },
      body: `{"a":"it's"}`,
    };
    expect(curlOf({ operation: 'login', request, response: null, ms: 1 })).toBe(
      String.raw`curl -i -X POST 'http://h/a' -H 'content-type: application/json' --data-raw '{"a":"it'\''s"}'`,
    );
  });
});
