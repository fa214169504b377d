import { describe, expect, it } from 'vitest';
import { UsageError } from '../kit/faults.ts';
import { captured } from '../testing/surroundings.ts';
import { explain } from './explain.ts';

async function explained(...args: readonly string[]): Promise<string> {
  const surroundings = captured();
  expect(await explain.run(args, surroundings)).toBe(0);
  return surroundings.out();
}

describe('explain', () => {
  it('shows a requirement with its source, its place in the contract and the checks that prove it', async () => {
    const text = await explained('cloud-s2s-003');
    expect(text).toMatch(/^CLOUD-S2S-003 {2}MUST {2}requirement\n/);
    expect(text).toContain('source    cloud.md, Operations, POST /cloud/server_transfer/initiate');
    expect(text).toContain('contract  initiateServerTransfer');
    expect(text).toMatch(/proven by\n(?: {2}.*\n)*? {2}cloud\.server-transfer\.bytes-arrive/);
  });

  it('says why a requirement cannot be observed', async () => {
    expect(await explained('ERR-STATUS-500')).toContain('not observable: nothing documented brings about an unexpected error');
  });

  it('shows a check with what it does and what it proves', async () => {
    const text = await explained('cloud.storage.list-objects-in-pages');
    expect(text).toContain('operations  listObjects');
    expect(text).toContain('CLOUD-LIST-002');
  });

  it('says of an INFO check that it proves nothing', async () => {
    expect(await explained('user.get-all-users.unknown-sort-field')).toContain('proves no requirement');
  });

  it('answers with JSON when asked', async () => {
    expect(JSON.parse(await explained('CLOUD-URL-002', '--json'))).toMatchObject({
      level: 'MUST',
      provenBy: ['cloud.presigned.force-to-download'],
    });
  });

  it('refuses an unknown id and names those near it', async () => {
    await expect(explained('CLOUD-URL-02')).rejects.toThrow(
      new UsageError(
        'there is no requirement and no check CLOUD-URL-02; near it are CLOUD-URL-002, CLOUD-URL-001, CLOUD-URL-003, CLOUD-URL-004, CLOUD-URL-005',
      ),
    );
  });

  it('takes one id', async () => {
    await expect(explained()).rejects.toThrow('this takes ID, not 0 arguments');
  });
});
