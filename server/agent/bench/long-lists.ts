// Owns a data directory with long lists: the demo seed, and beside it 200,000 users and 200,000 history records of the same account.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openSecretBox } from '../src/account/secret-box.ts';
import { seedDemo } from '../src/seed/demo.ts';
import { seedId } from '../src/seed/ids.ts';
import { openDatabase } from '../src/store/database.ts';
import { HistoryStore } from '../src/store/history-store.ts';
import { UserStore } from '../src/store/user-store.ts';

export const rows = 200_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const minute = 60_000;

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

/** Milliseconds of processor time, which other load does not change. */
const worked = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const names = ['Ann', 'Bob', 'Cid', 'Dora', 'Emil', 'Fay', 'Gus', 'Hana', 'Ivo', 'Jo'];

export interface LongLists {
  /** Milliseconds of the work for one record: its 25 indexes, its counts. */
  readonly historyInsertMs: number;
}

export async function seedLongLists(dataDir: string): Promise<LongLists> {
  const database = openDatabase(join(dataDir, 'agent.db'));
  const accountId = seedId('Example Org');
  const below = numbers(1);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  try {
    await seedDemo({ database, secretBox: openSecretBox(dataDir), objectServer: 'http://localhost:29124', now: () => start });
    const users = new UserStore(database);
    const owners = [seedId('admin@example.com'), seedId('user@example.com'), seedId('user@example.com')];
    const user = (n: number) => {
      const username = `${pick(names)}.${pick(names)}.${n}@example.com`;
      const id = randomUUID();
      if (n % 400 === 0) owners.push(id);
      const person = { firstname: pick(names), lastname: `${pick(names)}sen`, userType: pick([16, 32, 64, 64, 64]) };
      // One in a thousand is pending: few of many, the case in which an index of the order is of no use.
      const state = { status: n % 1000 === 0 ? 4 : pick([1, 1, 1, 2]), owner: 0 as const, passwordHash: '', mfaSecret: null };
      users.insert({ id, accountId, username, email: username, ...person, ...state, authProvider: 0, createDate: start + n * minute });
    };
    database.transaction(() => Array.from({ length: rows }, (_none, n) => user(n)))();
    const history = new HistoryStore(database);
    const before = worked();
    database.transaction(() => {
      for (let n = 0; n < rows; n += 1) {
        const startDate = new Date(start + below(rows) * minute);
        const totalSize = below(1_000_000_000);
        history.record({
          transferId: randomUUID(),
          userId: pick(owners),
          accountId,
          origin: pick([1, 1, 1, 2, 4, 8, 16]),
          direction: pick([1, 2]),
          transferStatus: n % 1000 === 0 ? 16 : pick([4, 4, 4, 8]),
          startDate,
          endDate: new Date(startDate.getTime() + below(60) * minute),
          sourceCloudAccountId: pick([seedId('Local storage'), seedId('Fastr server'), null]),
          sourceCloudProvider: pick([2048, 4096, null]),
          sourceBucket: pick(['footage', 'stills', '']),
          sourcePath: `reels/${below(1000)}/clip-${n}.mov`,
          destinationCloudAccountId: pick([seedId('Local storage'), seedId('Fastr server')]),
          destinationCloudProvider: pick([2048, 4096]),
          destinationBucket: pick(['archive', 'review']),
          destinationPath: `reels/${below(1000)}/clip-${n}.mov`,
          totalObjects: 1 + below(20),
          transferredObjects: below(20),
          failedObjects: below(3),
          skippedObjects: below(3),
          totalSize,
          transferredSize: below(totalSize + 1),
          averageSpeed: below(100_000_000) / 3,
          errorMessage: n % 1000 === 0 ? 'The connection was lost.' : null,
          verification: null,
          name: `clip-${below(50_000)}.mov`,
        });
      }
    })();
    return { historyInsertMs: (worked() - before) / rows };
  } finally {
    database.close();
  }
}
