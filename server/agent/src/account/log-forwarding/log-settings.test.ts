import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogTargetStore } from '../../store/log-target-store.ts';
import type { UserRow } from '../../store/user-store.ts';
import { asCaller, type Installation, installation } from '../testing/installation.ts';
import { baseUrlOf, serverAddressOf, servicePortOf } from './destination.ts';
import { AccountLogSettings } from './log-settings.ts';

let here: Installation;
let settings: AccountLogSettings;
let admin: UserRow;
let told: string[];

beforeEach(async () => {
  here = installation();
  told = [];
  settings = new AccountLogSettings({
    store: new LogTargetStore(here.database),
    secretBox: here.secretBox,
    changed: (id) => void told.push(id),
  });
  admin = await here.addUser({ username: 'admin@example.com', userType: 16 });
});
afterEach(() => here.close());

const splunk = { token: '11111111-2222-3333-4444-555555555555', serverAddress: 'splunk.example.com', servicePort: '8088' };
const setup = { ...splunk, active: true, provider: 1 as const };
const withCode = (code: string) => expect.objectContaining({ code }) as Error;

describe('the log setting of an account', () => {
  it('is one: a second set-up is a duplicate, and another account has its own', async () => {
    const made = settings.setup(asCaller(admin), setup);
    expect(made).toEqual({ ...setup, id: made.id, token: '********5555' });
    expect(settings.get(asCaller(admin))).toEqual(made);
    expect(() => settings.setup(asCaller(admin), setup)).toThrow(withCode('DUPLICATE'));
    const stranger = await here.addUser({ username: 'stranger@example.org', userType: 16 });
    expect(() => settings.get(asCaller(stranger))).toThrow(withCode('NOT_FOUND'));
    expect(() => settings.update(asCaller(stranger), { id: made.id })).toThrow(withCode('NOT_FOUND'));
    settings.setup(asCaller(stranger), setup);
    settings.remove(asCaller(stranger));
    expect(settings.get(asCaller(admin))).toEqual(made);
    expect(told).toEqual([admin.accountId, stranger.accountId, stranger.accountId]);
  });

  it('is not there before the set-up and after the deletion', () => {
    settings.setup(asCaller(admin), setup);
    settings.remove(asCaller(admin));
    expect(() => settings.get(asCaller(admin))).toThrow(withCode('NOT_FOUND'));
    expect(() => settings.update(asCaller(admin), {})).toThrow(withCode('NOT_FOUND'));
    expect(() => settings.remove(asCaller(admin))).toThrow(withCode('NOT_FOUND'));
  });

  it('keeps its token sealed, and keeps it when it comes back obfuscated', () => {
    const { id, token } = settings.setup(asCaller(admin), setup);
    const stored = () => (here.database.prepare('SELECT token FROM log_targets').get() as { token: string }).token;
    const before = stored();
    expect(before).not.toContain(splunk.token);
    expect(settings.update(asCaller(admin), { id, token, serverAddress: '10.0.0.1' })).toMatchObject({ token, serverAddress: '10.0.0.1' });
    expect(stored()).toBe(before);
    expect(() => settings.update(asCaller(admin), { token: '********0000' })).toThrow(withCode('DEFAULT'));
    expect(() => settings.setup(asCaller(admin), { ...setup, token })).toThrow(withCode('DEFAULT'));
    expect(settings.update(asCaller(admin), { token: 'another-token-9999' })).toMatchObject({ token: '********9999' });
    expect(stored()).not.toBe(before);
  });

  it('changes only what an update names, and nothing when its id is another', () => {
    const made = settings.setup(asCaller(admin), setup);
    expect(settings.update(asCaller(admin), { id: made.id.toUpperCase(), active: false })).toEqual({ ...made, active: false });
    expect(() => settings.update(asCaller(admin), { id: admin.id, active: true })).toThrow(withCode('NOT_FOUND'));
    expect(settings.get(asCaller(admin)).active).toBe(false);
  });

  it.each([
    ['serverAddress', 'https://splunk.example.com'],
    ['serverAddress', 'splunk.example.com/services'],
    ['serverAddress', 'splunk.example.com:8088'],
    ['serverAddress', 'user@splunk'],
    ['serverAddress', 'a b'],
    ['serverAddress', ' '],
    ['serverAddress', 'a\0b'],
    ['serverAddress', 'a..b'],
    ['servicePort', '0'],
    ['servicePort', '65536'],
    ['servicePort', '-1'],
    ['servicePort', '80 '],
    ['servicePort', '٨٠'],
    ['servicePort', ''],
    ['token', 'with space'],
    ['token', 'line\nbreak'],
    ['token', 'ключ'],
  ])('refuses %s %j, in a set-up as in an update', (field, value) => {
    expect(() => settings.setup(asCaller(admin), { ...setup, [field]: value })).toThrow(withCode('DEFAULT'));
    const made = settings.setup(asCaller(admin), setup);
    expect(() => settings.update(asCaller(admin), { [field]: value })).toThrow(withCode('DEFAULT'));
    expect(settings.get(asCaller(admin))).toEqual(made);
  });
});

describe('the address of a destination', () => {
  it.each([
    ['localhost', 'auto', 'http://localhost:8088'],
    ['127.0.0.1', 'auto', 'http://127.0.0.1:8088'],
    ['::1', 'auto', 'http://[::1]:8088'],
    ['[::1]', 'auto', 'http://[::1]:8088'],
    ['splunk.example.com', 'auto', 'https://splunk.example.com:8088'],
    ['127.0.0.1.example.com', 'auto', 'https://127.0.0.1.example.com:8088'],
    ['localhost', 'https', 'https://localhost:8088'],
    ['splunk.example.com', 'http', 'http://splunk.example.com:8088'],
  ] as const)('%s with the scheme %s is %s', (address, scheme, url) => {
    const target = { serverAddress: serverAddressOf(address), servicePort: servicePortOf('08088') };
    expect(baseUrlOf(target, scheme)).toBe(url);
  });
});
