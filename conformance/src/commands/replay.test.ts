import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answers, type MiniTarget, miniTarget } from '../testing/mini-target.ts';
import { captured } from '../testing/surroundings.ts';
import { replay } from './replay.ts';
import { run } from './run.ts';

let folder: string;
let target: MiniTarget;
/** Longer than what a report keeps of a body. */
const long = `"${'x'.repeat(9000)}"`;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-replay-'));
  target = await miniTarget(answers(200, long));
});
afterEach(async () => {
  await target.close();
  await rm(folder, { recursive: true, force: true });
});

const id = 'management.get-agent-status.success';

async function replayed(args: readonly string[]) {
  const surroundings = captured({ cwd: folder, env: { CLICK_USERNAME: 'anna', CLICK_PASSWORD: 'canary-word' } });
  const code = await replay.run(args, surroundings);
  return { code, out: surroundings.out(), err: surroundings.err() };
}

describe('replay', () => {
  it('runs the check of the newest run again at the same target, and shows every exchange in full', async () => {
    await run.run(['--target', target.url, '--only', id, '--timeout', '4000'], captured({ cwd: folder }));
    const { code, out } = await replayed([id]);
    expect(code).toBe(1);
    expect(out).toContain(`> GET ${target.url}/management/agent_status`);
    expect(out).toContain(`> x-conformance-case: ${id}`);
    expect(out).toContain('< 200');
    expect(out).toContain(long);
    expect(out).toContain('--- deviations');
    expect(out).toContain('MUST failed now, failed in the stored run: failed; 1 MUST check failed');
  });

  it('takes a pasted line without a stored run, and shows no secret', async () => {
    const { code, out } = await replayed(['authentication.login.success', '--target', target.url]);
    expect(code).toBe(1);
    expect(out).toContain('POST');
    expect(out).not.toContain('canary-word');
  });

  it.each([
    [['no.such.check'], 'there is no run below ./reports'],
    [['no.such.check', '--target', 'http://127.0.0.1:1'], 'there is no check no.such.check'],
    [[], 'this takes the id of a check, not 0 arguments'],
    [[id, '--report', 'nowhere.json'], 'cannot be read'],
    [[id, '--spawn', '--target', 'http://127.0.0.1:1'], '--spawn brings its own target'],
  ])('answers %j with a usage error', async (args, complaint) => {
    const error: unknown = await replayed(args).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'UsageError' });
    expect(String(error)).toContain(complaint);
  });

  it('says that a target which is gone leaves the question open', async () => {
    const { url } = target;
    await target.close();
    expect(await replayed([id, '--target', url, '--timeout', '2000'])).toMatchObject({
      code: 2,
      out: expect.stringContaining('blocked now: incomplete') as unknown,
    });
    target = await miniTarget(answers(200, long));
  });
});
