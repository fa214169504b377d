import { describe, expect, it } from 'vitest';
import { Cleanup } from './cleanup.ts';

describe('a clean-up', () => {
  it('gives each step its time and the whole of them theirs, and tries every step', async () => {
    const cleanup = new Cleanup({ stepMs: 30, totalMs: 40 });
    const tried: string[] = [];
    cleanup.add('what lies here', async () => tried.push('what lies here'));
    for (const what of ['one', 'two']) cleanup.add(what, () => (tried.push(what), new Promise(() => {})));
    const errors = await cleanup.run();
    expect(tried).toEqual(['two', 'one', 'what lies here']);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toBe('two: not done within 30 ms');
  });
});
