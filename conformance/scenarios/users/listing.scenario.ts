// Owns what two looks at the users show together: paging, defaults and filters (user.md, Get All Users).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { type Page, pageOf } from '../../src/kit/paging.ts';
import { scenario } from '../../src/kit/scenario.ts';

type Query = Readonly<Record<string, string | number | boolean>>;

async function users({ expect }: Context, api: Api, query: Query): Promise<Page> {
  return pageOf((await api.perform('getAllUsers', { query })).body, expect);
}

const idsOfPage = ({ data }: Page): unknown[] => data.map(({ id }) => id);

const about = (requirement: string, title: string) => ({
  title,
  controller: 'User',
  operations: ['getAllUsers'] as const,
  impact: 'read' as const,
  proves: [requirement],
});

export const scenarios = [
  scenario('user.get-all-users.pages', about('USER-LIST-010', 'Pages of users follow one another from page 1 on'), async (context) => {
    const { given, expect } = context;
    const api = await given.session();
    const sorted = { sortfield: 'CreateDate', descending: false };
    const both = await users(context, api, { ...sorted, page: 1, pagesize: 2 });
    const first = await users(context, api, { ...sorted, page: 1, pagesize: 1 });
    const second = await users(context, api, { ...sorted, page: 2, pagesize: 1 });
    expect.equal([...idsOfPage(first), ...idsOfPage(second)], idsOfPage(both), 'pages 1 and 2 of one are page 1 of two');
  }),
  scenario('user.get-all-users.default-order', about('USER-LIST-006', 'Users come newest first unless told otherwise'), async (context) => {
    const { given, expect } = context;
    const { data } = await users(context, await given.session(), { pagesize: 100 });
    const dates = data.map(({ createDate }) => Date.parse(String(createDate)));
    expect.that(dates.length > 0, 'the signed-in user is there to be sorted', dates.length);
    expect.that(
      dates.every((date, index) => index === 0 || date <= (dates[index - 1] ?? 0)),
      'the creation dates descend',
      dates,
    );
  }),
  scenario(
    'user.get-all-users.every-status',
    about('USER-LIST-007', 'Users of every status come unless told otherwise'),
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const [all, seven] = [await users(context, api, { pagesize: 100 }), await users(context, api, { pagesize: 100, userStatus: 7 })];
      expect.equal(idsOfPage(all), idsOfPage(seven), 'the answer is that of userStatus 7');
    },
  ),
  scenario(
    'user.get-all-users.filter-by-type',
    {
      ...about('USER-LIST-008', 'Get All Users keeps only users of the wanted type, and all without one'),
      level: 'SHOULD',
      proves: ['USER-LIST-008', 'USER-LIST-009'],
    },
    async (context) => {
      const { given, expect } = context;
      const api = await given.session();
      const all = await users(context, api, { pagesize: 200 });
      for (const userType of new Set(all.data.map((user) => user.userType))) {
        const some = await users(context, api, { pagesize: 200, userType: Number(userType) });
        const wanted = all.data.filter((user) => user.userType === userType).map(({ id }) => id);
        expect.equal(idsOfPage(some), wanted, `the users of type ${String(userType)} are those that the list of all has`);
      }
    },
  ),
];
