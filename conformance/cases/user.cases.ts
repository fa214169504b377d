// Owns the cases of the User operations (user.md).
import type { Case } from '../src/kit/case.ts';
import { pageOf } from '../src/kit/paging.ts';
import { idsOf } from '../src/kit/requirement-ids.ts';
import { newUser } from '../src/kit/users.ts';

export const cases: readonly Case[] = [
  {
    id: 'user.get-all-users.success',
    title: 'Get All Users lists the users of the account, with the documented defaults of paging',
    operation: 'getAllUsers',
    expect: {
      status: 200,
      body: { options: { page: 1, pageSize: 50 } },
      also: ({ body }, { expect, given }) => {
        const { data } = pageOf(body, expect);
        const names = data.map(({ username }) => username);
        expect.that(
          names.includes(given.credentials().username) || data.length === 50,
          'the signed-in user is among the users',
          names.length,
        );
      },
    },
    proves: ['USER-LIST-001', ...idsOf('USER-FIELD', 1, 15)],
  },
  {
    id: 'user.get-all-users.page-size',
    title: 'Get All Users keeps to the page size and echoes it',
    operation: 'getAllUsers',
    request: { query: { page: 1, pagesize: 1 } },
    expect: {
      status: 200,
      body: { options: { page: 1, pageSize: 1 } },
      also: ({ body }, { expect }) => expect.equal(pageOf(body, expect).data.length, 1, 'the page holds one user'),
    },
    proves: ['USER-LIST-002', 'USER-PAGE-003'],
  },
  {
    id: 'user.get-all-users.beyond-the-last-page',
    title: 'Get All Users answers an empty page beyond the last one',
    operation: 'getAllUsers',
    level: 'SHOULD',
    request: { query: { page: 100_000, pagesize: 50 } },
    expect: {
      status: 200,
      body: { options: { page: 100_000, pageSize: 50 } },
      also: ({ body }, { expect }) => expect.equal(pageOf(body, expect).data.length, 0, 'the page is empty'),
    },
    proves: ['USER-PAGE-002'],
  },
  {
    id: 'user.get-all-users.filter-by-username',
    title: 'Get All Users keeps only usernames that contain the filter',
    operation: 'getAllUsers',
    request: async ({ given }) => ({ query: { username: given.credentials().username } }),
    expect: {
      status: 200,
      also: ({ body }, { expect, given }) => {
        const { data } = pageOf(body, expect);
        const wanted = given.credentials().username.toLowerCase();
        expect.that(data.length > 0, 'the user is found');
        expect.that(
          data.every(({ username }) => String(username).toLowerCase().includes(wanted)),
          'every username contains the filter',
        );
      },
    },
    proves: ['USER-LIST-003'],
  },
  {
    id: 'user.get-all-users.filter-by-status',
    title: 'Get All Users keeps only users of the wanted status',
    operation: 'getAllUsers',
    request: { query: { userStatus: 1 } },
    expect: {
      status: 200,
      also: ({ body }, { expect }) => {
        const { data } = pageOf(body, expect);
        expect.that(data.length > 0, 'the signed-in user is active');
        expect.that(
          data.every(({ status }) => status === 1),
          'every user is active',
        );
      },
    },
    proves: ['USER-LIST-004'],
  },
  {
    id: 'user.get-all-users.sorted',
    title: 'Get All Users sorts by the wanted field and direction',
    operation: 'getAllUsers',
    request: { query: { sortfield: 'CreateDate', descending: false, pagesize: 100 } },
    expect: {
      status: 200,
      also: ({ body }, { expect }) => {
        const dates = pageOf(body, expect).data.map(({ createDate }) => Date.parse(String(createDate)));
        expect.that(dates.length > 0, 'the signed-in user is there to be sorted', dates.length);
        expect.that(
          dates.every((date, index) => index === 0 || date >= (dates[index - 1] ?? 0)),
          'the creation dates ascend',
        );
      },
    },
    proves: ['USER-LIST-005'],
  },
  {
    id: 'user.get-all-users.unknown-sort-field',
    title: 'Get All Users refuses a sort field that does not exist',
    operation: 'getAllUsers',
    level: 'INFO',
    request: { query: { sortfield: 'NoSuchField' } },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  {
    id: 'user.get-all-users.page-zero',
    title: 'Get All Users refuses page 0, because pages count from 1',
    operation: 'getAllUsers',
    level: 'SHOULD',
    request: { query: { page: 0 }, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['USER-PAGE-001'],
  },
  {
    id: 'user.insert-user.long-name',
    title: 'Insert User refuses a first name of 51 characters',
    operation: 'insertUser',
    level: 'SHOULD',
    request: async (context) => ({ body: { ...newUser(context), firstname: 'x'.repeat(51) }, invalid: true }),
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['USER-INVITE-006', 'ERR-STATUS-499'],
  },
  {
    id: 'user.insert-user.long-username',
    title: 'Insert User refuses a username of 51 characters',
    operation: 'insertUser',
    level: 'SHOULD',
    request: async (context) => ({ body: { ...newUser(context), username: context.prefix.padEnd(51, 'x') }, invalid: true }),
    expect: { status: 499, errorCode: 'DEFAULT' },
    proves: ['USER-INVITE-006', 'ERR-STATUS-499'],
  },
  {
    id: 'user.insert-user.no-address',
    title: 'Insert User refuses an email that is none',
    operation: 'insertUser',
    level: 'SHOULD',
    request: async (context) => ({ body: { ...newUser(context), email: 'no-address' } }),
    expect: { status: 499, errorCode: 'INVALID_EMAIL' },
    proves: ['USER-INVITE-007', 'ERR-STATUS-499'],
  },
  {
    id: 'user.insert-user.no-such-type',
    title: 'Insert User refuses a user type that is none of the documented ones',
    operation: 'insertUser',
    level: 'INFO',
    request: async (context) => ({ body: { ...newUser(context), userType: 0 } }),
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  {
    id: 'user.resend-user-email.unknown-user',
    title: 'Resend User Email refuses a user that does not exist',
    operation: 'resendUserEmail',
    level: 'SHOULD',
    request: async (context) => {
      const { username } = newUser(context);
      return { body: { id: '11111111-2222-4333-8444-555555555555', username } };
    },
    expect: { status: 499, errorCode: 'NOT_FOUND' },
    proves: ['USER-RESEND-003', 'ERR-STATUS-499'],
  },
];
