import { describe, expect, it } from 'vitest';
import { wayTo } from './ways.ts';

const request = (page: number, pageSize = 50) => ({ page, pageSize, sort: { field: 'Name', descending: true } });

describe('the way to a page', () => {
  it('starts at the nearer end', () => {
    expect(wayTo(request(1), { matching: 1000, all: 1000 })).toEqual({
      collects: false,
      descending: true,
      limit: 50,
      offset: 0,
      turned: false,
    });
    expect(wayTo(request(20), { matching: 1000, all: 1000 })).toMatchObject({ descending: false, limit: 50, offset: 0, turned: true });
    expect(wayTo(request(20), { matching: 990, all: 990 })).toMatchObject({ limit: 40, offset: 0, turned: true });
    expect(wayTo(request(19), { matching: 990, all: 990 })).toMatchObject({ limit: 50, offset: 40, turned: true });
  });

  it('leads nowhere beyond the last page', () => {
    expect(wayTo(request(21), { matching: 1000, all: 1000 })).toBeUndefined();
    expect(wayTo(request(1), { matching: 0, all: 1000 })).toBeUndefined();
    expect(wayTo(request(2_147_483_647, 1000), { matching: 1000, all: 1000 })).toBeUndefined();
  });

  it('collects what matches when the index would lead past much more', () => {
    expect(wayTo(request(1), { matching: 100, all: 200_000 })?.collects).toBe(true);
    expect(wayTo(request(1), { matching: 100_000, all: 200_000 })?.collects).toBe(false);
    expect(wayTo(request(1000), { matching: 100_000, all: 200_000 })?.collects).toBe(false);
  });
});
