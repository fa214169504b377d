// Owns the cases of the FastrSettings operations (fastr_settings.md); the stories are in scenarios/fastr-settings.
import type { Case } from '../src/kit/case.ts';

const refused = { level: 'SHOULD', expect: { status: 499, errorCode: 'DEFAULT' }, proves: ['ERR-STATUS-499', 'ERR-CODE-002'] } as const;
const noUuid = 'no-uuid';
const body = { CloudAccountId: '7f1c7f0e-5d0b-4c39-9a55-3f0f4d0f7a11', MaxUploadBytesPerSecond: -1 };

export const cases: readonly Case[] = [
  {
    ...refused,
    id: 'fastr-settings.get-fastr-settings-by-cloud-account.no-uuid',
    title: 'Get by Cloud Account refuses an id that is no uuid',
    operation: 'getFastrSettingsByCloudAccount',
    request: { path: { cloudAccountId: noUuid }, invalid: true },
  },
  {
    ...refused,
    id: 'fastr-settings.get-all-fastr-settings-for-user.no-uuid',
    title: 'Get All for User refuses an id that is no uuid',
    operation: 'getAllFastrSettingsForUser',
    request: { path: { userId: noUuid }, invalid: true },
  },
  {
    id: 'fastr-settings.insert-fastr-settings.negative-cap',
    title: 'Insert refuses a negative cap',
    operation: 'insertFastrSettings',
    level: 'INFO',
    request: { body, invalid: true },
    expect: { status: 499, errorCode: 'DEFAULT' },
  },
  {
    id: 'fastr-settings.insert-fastr-settings.unknown-cloud-account',
    title: 'Insert does not know an unknown cloud account',
    operation: 'insertFastrSettings',
    level: 'INFO',
    request: { body: { CloudAccountId: '11111111-2222-4333-8444-555555555555' } },
    expect: { status: 499, errorCode: 'NOT_FOUND' },
  },
];
