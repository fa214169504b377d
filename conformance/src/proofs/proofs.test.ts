import { describe, expect, it } from 'vitest';
import { loadContract } from '../kit/contract.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { type Proof, proofsOf } from './fault.ts';
import { brokenFrame, changeFrameType, delayFrame, duplicateFrame, swapFrames } from './faults-channel.ts';
import { acceptAnyKeys, dropField, extraFrame, simplifyName } from './faults-http.ts';
import { loadProofs } from './load-proofs.ts';
import { isGood, proofsReport } from './proofs-report.ts';
import { proofDeadlines, runProofs } from './run-proofs.ts';

const contract = loadContract();
const checks = await loadChecks(contract);
const proofs = await loadProofs(contract);

/** One of each kind of fault, from the tables where they hold it cheaply. */
const sample = [
  'authentication.login.success/no-challenge',
  'authentication.login.success/challenge-as-text',
  'authentication.login.success/answers-html',
  'authentication.login.success/answer-is-cut',
  'authentication.login.wrong-password/any-password',
  'cloud.get-cloud-accounts.no-token/needs-none',
  'cloud.get-cloud-account.unknown-id/no-error-code-header',
  'cloud.account.keys-are-obfuscated/secret-key-is-shown',
  'cloud.storage.list-objects-in-pages/page-off-by-one',
  'cloud.storage.delete-object/deletes-nothing',
  'cloud.presigned.upload/other-bytes',
  'cloud.upload.odd-names/simplifies-the-name',
  'cloud.download.without-token/needs-a-token',
  'cloud.download.directory/leaves-a-part',
  'user.get-all-users.page-size/size-is-ignored',
  'channels.notification.no-token/closes-with-1006',
  'channels.notification.plain-get/answers-200',
  'channels.notification.after-a-call/no-frame',
];

const more: readonly Proof[] = [
  ...proofsOf('cloud.upload.progress-frames', {
    'a test/out-of-order': swapFrames('progress'),
    'a test/twice': duplicateFrame('progress'),
    'a test/not-json': brokenFrame('progress'),
    'a test/type': changeFrameType('progress', 'Data.Bytes'),
  }),
  ...proofsOf('channels.notification.after-a-delete', { 'a test/late': delayFrame('appNotification', 4000) }),
  ...proofsOf('channels.notification.not-after-a-get', { 'a test/told': extraFrame('getCloudAccounts') }),
  ...proofsOf('cloud.account.credentials-are-checked', { 'a test/any-keys': acceptAnyKeys('insertCloudAccount') }),
];

/** Faults that no check can be blamed for not to see: one changes nothing that matters, one never comes to bear. */
const harmless: readonly Proof[] = [
  ...proofsOf('cloud.upload.without-token', { 'same-name': simplifyName('uploadObject') }),
  ...proofsOf('management.get-agent-status.success', { 'another-operation': dropField('getAllUsers', 'total') }),
];

describe('the proofs', () => {
  it('name checks that exist, and every MUST check is named by one', () => {
    const ids = new Set(checks.map(({ id }) => id));
    expect(proofs.filter(({ check }) => !ids.has(check)).map(({ id }) => id)).toEqual([]);
    const unproven = checks.filter(({ id, level }) => level === 'MUST' && !proofs.some(({ check }) => check === id));
    expect(unproven.map(({ id }) => id)).toEqual([]);
  });

  it(
    'turn red the check that they name, which passes while no fault is on, and survive when nothing is wrong',
    { timeout: 120_000 },
    async () => {
      const chosen = [...proofs.filter(({ id }) => sample.includes(id)), ...more];
      expect(chosen.length).toBe(sample.length + more.length);
      const { results, falseReds } = await runProofs({
        contract,
        checks,
        proofs: [...chosen, ...harmless],
        deadlines: proofDeadlines,
        signal: new AbortController().signal,
      });
      expect(falseReds).toEqual([]);
      expect(results.filter(({ outcome }) => outcome === 'survived').map(({ id, status }) => [id, status])).toEqual(
        harmless.map(({ id }) => [id, 'passed']),
      );
      const report = proofsReport({ contract, checks, results, falseReds, ms: 1 });
      expect([report.killed, report.total]).toEqual([chosen.length, chosen.length + harmless.length]);
      expect(isGood(report)).toBe(false);
      expect(report.unproven).not.toContain('cloud.storage.delete-object');
      expect(report.unproven).toContain('cloud.presigned.mail');
    },
  );
});
