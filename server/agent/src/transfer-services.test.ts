import { expect, it } from 'vitest';
import { refusal } from './account/failure.ts';
import { storedAccount } from './transfer-services.ts';
import { AccountGone } from './transfers/errors.ts';

it('a cloud account that is not there any more is gone to the engine, and any other trouble stays what it is', () => {
  const failing = (error: Error) => ({
    stored: () => {
      throw error;
    },
  });
  expect(() => storedAccount(failing(refusal('NOT_FOUND', 'There is no such cloud account.')), 't', 'c')).toThrow(AccountGone);
  expect(() => storedAccount(failing(new Error('sealed by another key')), 't', 'c')).toThrow('sealed by another key');
});
