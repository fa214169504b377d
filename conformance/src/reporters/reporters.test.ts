import { describe, expect, it } from 'vitest';
import { Redactor } from '../kit/redaction.ts';
import { type CheckResult, type RunResult, statuses } from '../result.ts';
import { sampleCheck, sampleResult } from '../testing/sample-result.ts';
import { consoleReporter } from './console.ts';
import { toCtrf } from './ctrf.ts';
import { curlOf } from './curl.ts';
import { toHtml } from './html.ts';
import { toJson } from './json.ts';
import { toJunit } from './junit.ts';
import { escapeMarkdown, toMarkdown } from './markdown.ts';
import { replayOf, wscatOf } from './repeat.ts';

const all = statuses.flatMap((status, index) =>
  Array.from({ length: index + 1 }, (_none, number) => sampleCheck(status, { id: `sample.${status}-${number}` })),
);
const result = sampleResult(all);

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
    for (const report of [toJson(safe), toJunit(safe), toHtml(safe), toMarkdown(safe), toCtrf(safe), await consoleText(safe)]) {
      expect(report).not.toContain('canary');
      expect(report).toMatch(/\*{3}|(?:\\\*){3}/);
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
    expect(toMarkdown(sampleResult([hostile]))).not.toMatch(/<script>|<img/);
    expect(escapeMarkdown('a | b `c` [d](e)\n# f')).toBe(String.raw`a \| b \`c\` \[d\](e) \# f`);
  });

  it('need nothing from elsewhere to be shown', () => {
    const html = toHtml(result);
    expect(html).not.toMatch(/\s(?:src|href|srcset|action|data)\s*=(?!"#)/);
    expect(html).not.toMatch(/@import|url\(|<(?:link|img|iframe|object|embed|base)\b/);
    expect(html).toContain("default-src 'none'");
  });

  it('are well-formed HTML and XML', () => {
    const html = toHtml(result);
    for (const tag of ['html', 'head', 'body', 'main', 'section', 'details', 'summary', 'table', 'div', 'pre', 'ul', 'dl', 'script'])
      expect([tag, html.match(new RegExp(`<${tag}[\\s>]`, 'g'))?.length]).toEqual([tag, html.match(new RegExp(`</${tag}>`, 'g'))?.length]);
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const junit = toJunit(result);
    for (const tag of ['testsuites', 'testsuite', 'failure'])
      expect(junit.match(new RegExp(`<${tag} `, 'g'))?.length).toBe(junit.match(new RegExp(`</${tag}>`, 'g'))?.length);
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

describe('the lines that repeat a check', () => {
  const check = sampleCheck('failed', { id: 'channels.notification.after-a-call', channels: ['/notification'] });

  it('name the check and the target, or the reference agent', () => {
    expect(replayOf(check, { url: 'http://h:1', spawned: false })).toBe(
      "click-conformance replay 'channels.notification.after-a-call' --target 'http://h:1'",
    );
    expect(replayOf(check, { url: 'http://h:1', spawned: true })).toContain(' --spawn');
  });

  it('listen to the channels of the check', () => {
    expect(wscatOf(check, { url: 'https://h:1' })).toEqual(["wscat -c 'wss://h:1/notification'"]);
    expect(wscatOf(sampleCheck('failed'), { url: 'http://h:1' })).toEqual([]);
  });

  it('stand in the reports beside the failure', async () => {
    const of = sampleResult([check]);
    for (const report of [toJunit(of), toHtml(of), await consoleText(of)]) {
      expect(report).toMatch(/wscat -c .{1,6}ws:\/\/localhost:29123\/notification/);
      expect(report).toMatch(/click-conformance replay .{1,6}channels\.notification\.after-a-call/);
    }
    expect(toMarkdown(of)).toContain('click-conformance replay');
  });
});
