// Owns the checks that every list of the directory has: defaults, pages, order and filter, on things that the check has made.
import type { Case } from './case.ts';
import type { Check, Context } from './check.ts';
import type { OperationId } from './contract.ts';
import { pageOf } from './paging.ts';
import { scenario } from './scenario.ts';

type Item = Readonly<Record<string, unknown>>;
type Query = Readonly<Record<string, string | number | boolean>>;

export interface Arranged {
  /** What the list needs to be asked at all. */
  readonly query: Readonly<Record<string, string>>;
  /** Names of what was made for the check and has to be listed, in ascending order. */
  readonly names: readonly string[];
}

export interface ListUnderTest {
  readonly operation: OperationId;
  readonly controller: string;
  /** What the ids of its checks begin with. */
  readonly stem: string;
  /** The operation's title. */
  readonly title: string;
  /** Makes something to ask about, and so many things that it lists. */
  readonly arrange: (context: Context, count: number) => Promise<Arranged>;
  readonly nameOf: (item: Item) => unknown;
  /** The documented default. */
  readonly sortfield: string;
  /** The parameter that filters by name, if there is one. */
  readonly filter?: string;
  /** What the ids of its requirements begin with: `PROJ-LIST-01` has PROJ-LIST-011 for the listing itself, and so on. */
  readonly requirements: string;
  /** Further requirements that its listing shows: the fields of its items. */
  readonly shows?: readonly string[];
}

/** In the order of the digits of the requirements. */
const digits = { listing: 1, pageSize: 2, page: 3, order: 4, filter: 5, part: 6, pageZero: 7 } as const;

export function listCases(list: ListUnderTest): Case[] {
  const { operation, stem, title, sortfield, filter, shows = [] } = list;
  const id = (topic: keyof typeof digits): string => `${list.requirements}${digits[topic]}`;
  const check = (what: string, rest: Omit<Case, 'id' | 'operation' | 'impact'>): Case => ({
    id: `${stem}.${what}`,
    operation,
    impact: 'self-cleaning',
    ...rest,
  });
  return [
    check('success', {
      title: `${title} answers the first page, sorted by ${sortfield}, unless told otherwise`,
      ...asked(
        list,
        3,
        () => ({}),
        ({ names }, found, context, body) => {
          context.expect.that(body.data.length <= 50, 'the page holds at most 50', body.data.length);
          if (body.data.length < 50 || found.length > 0) context.expect.equal(found, names, 'what was made is listed, in ascending order');
          context.should.equal(body.options, { page: 1, pageSize: 50 }, '`options` echoes the defaults');
        },
      ),
      proves: [id('listing'), ...shows],
    }),
    check('page-size', {
      title: `${title} keeps to the page size`,
      ...asked(
        list,
        2,
        () => ({ pagesize: 1 }),
        (_arranged, _found, { expect }, { data }) => expect.equal(data.length, 1, 'the page holds one item'),
      ),
      proves: [id('pageSize')],
    }),
    check('sorted', {
      title: `${title} sorts in the wanted direction`,
      ...asked(
        list,
        2,
        () => ({ sortfield, descending: true, pagesize: 100 }),
        ({ names }, found, { expect }) => expect.equal(found, names.toReversed(), 'what was made is listed in descending order'),
      ),
      proves: [id('order')],
    }),
    ...(filter === undefined ? [] : filterCases(list, filter, check)),
    check('unknown-sort-field', {
      title: `${title} refuses a sort field that does not exist`,
      level: 'INFO',
      request: async (context) => ({ query: { ...(await list.arrange(context, 0)).query, sortfield: 'NoSuchField' } }),
      expect: { status: 499, errorCode: 'DEFAULT' },
    }),
    check('page-zero', {
      title: `${title} refuses page 0, because pages count from 1`,
      level: 'SHOULD',
      request: async (context) => ({ query: { ...(await list.arrange(context, 0)).query, page: 0 }, invalid: true }),
      expect: { status: 499, errorCode: 'DEFAULT' },
      proves: [id('pageZero')],
    }),
  ];
}

function filterCases(
  list: ListUnderTest,
  filter: string,
  check: (what: string, rest: Omit<Case, 'id' | 'operation' | 'impact'>) => Case,
): Case[] {
  const second = ({ names }: Arranged): string => names[1] ?? names[0] ?? '';
  // Any agent's filter finds a whole name; that a part in another case does is known of the Web API only.
  const part = (arranged: Arranged): string => second(arranged).slice(1, -1).toUpperCase();
  return [
    check(`filter-by-${filter}`, {
      title: `${list.title} keeps only what has the wanted ${filter}`,
      ...asked(
        list,
        2,
        (arranged) => ({ [filter]: second(arranged) }),
        (arranged, found, { expect }, { data }) => {
          const wanted = second(arranged).toLowerCase();
          expect.that(found.includes(second(arranged)), 'of what was made, the one of that name is found', found);
          const others = data.map((item) => String(list.nameOf(item)).toLowerCase()).filter((name) => !name.includes(wanted));
          expect.equal(others, [], 'nothing of another name is listed');
        },
      ),
      proves: [`${list.requirements}${digits.filter}`],
    }),
    check(`filter-by-part-of-${filter}`, {
      title: `${list.title} finds a part of the ${filter}, in any case`,
      level: 'SHOULD',
      ...asked(
        list,
        2,
        (arranged) => ({ [filter]: part(arranged) }),
        (arranged, found, { expect }) => {
          const wanted = arranged.names.filter((name) => name.toUpperCase().includes(part(arranged)));
          expect.equal(found, wanted, 'of what was made, all whose name holds the part are found');
        },
      ),
      proves: [`${list.requirements}${digits.part}`],
    }),
  ];
}

interface Shown {
  readonly data: readonly Item[];
  readonly options: unknown;
}

/** Arranges, asks, and hands over the names that were found of those that were made. */
function asked(
  list: ListUnderTest,
  count: number,
  queryOf: (arranged: Arranged) => Query,
  judge: (arranged: Arranged, found: readonly string[], context: Context, shown: Shown) => void,
): Pick<Case, 'request' | 'expect'> {
  // A case is run once at a time, but by several runs in one process: what was arranged hangs on the context.
  const arrangements = new WeakMap<Context, Arranged>();
  return {
    request: async (context) => {
      const arranged = await list.arrange(context, count);
      arrangements.set(context, arranged);
      return { query: { ...arranged.query, ...queryOf(arranged) } };
    },
    expect: {
      status: 200,
      also: ({ body }, context) => {
        const arranged = context.expect.present(arrangements.get(context), 'something was arranged');
        const { data } = pageOf(body, context.expect);
        const { options } = body as { options?: unknown };
        judge(arranged, ours(list, arranged, data), context, { data, options });
      },
    },
  };
}

const ours = ({ nameOf }: ListUnderTest, { names }: Arranged, data: readonly Item[]): string[] =>
  data.map((item) => String(nameOf(item))).filter((name) => names.includes(name));

/** Pages follow one another: several calls, so no case. */
export function pagesScenario(list: ListUnderTest): Check {
  const { operation, controller, stem, title, arrange } = list;
  return scenario(
    `${stem}.pages`,
    {
      title: `${title} answers the pages one after the other`,
      controller,
      operations: [operation],
      proves: [`${list.requirements}${digits.page}`],
    },
    async (context) => {
      const { expect, given } = context;
      const { query } = await arrange(context, 2);
      const api = await given.session();
      const page = async (number: number, size: number): Promise<readonly Item[]> =>
        pageOf((await api.perform(operation, { query: { ...query, page: number, pagesize: size } })).body, expect).data;
      const both = (await page(1, 2)).map(list.nameOf);
      expect.equal(both.length, 2, 'there are two items to tell apart');
      expect.equal([...(await page(1, 1)), ...(await page(2, 1))].map(list.nameOf), both, 'pages 1 and 2 of one are page 1 of two');
    },
  );
}
