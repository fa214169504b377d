import { describe, expect, it } from 'vitest';
import { proveValidator, vocabularyOf } from './canary.ts';
import { loadContract, objectOf } from './contract.ts';
import { KitFault } from './faults.ts';
import { type newAjv, SchemaValidator } from './schema-validator.ts';

const contract = loadContract();
const validator = new SchemaValidator(contract);
const media = (operation: 'getAllUsers' | 'getServerTransferStatus' | 'getCloudAccounts', status = 200) =>
  objectOf(contract.operations.get(operation)?.responses[status]?.content['application/json']);

const transfer = {
  transferId: 'a',
  status: 'running',
  sourceServerUrl: 'https://a.example.com',
  targetServerUrl: 'https://b.example.com',
  sourceBucket: 'a',
  sourcePath: 'b',
  targetBucket: 'c',
  targetPath: 'd',
  startTime: '2026-01-01T00:00:00Z',
  endTime: '0001-01-01T00:00:00',
  bytesTransferred: 1,
  totalBytes: 2,
  progress: 50,
  errorMessage: '',
};

describe('the schema validator', () => {
  it('accepts what the contract describes, the unset date included', () => {
    expect(validator.judge('http', media('getServerTransferStatus'), transfer)).toEqual({ violations: [], undocumented: [] });
  });

  it('names the place, the rule and the value of a violation', () => {
    const { violations } = validator.judge('http', media('getServerTransferStatus'), { ...transfer, status: 'canceled' });
    expect(violations).toMatchObject([
      { path: 'status', expected: expect.stringContaining('"cancelled"') as string, actual: '"canceled"' },
    ]);
  });

  it('says once which properties are missing in one place', () => {
    const { violations } = validator.judge('http', media('getServerTransferStatus'), {});
    expect(violations).toHaveLength(1);
    expect(violations[0]?.message).toContain('transferId, status');
  });

  it('judges a rule by the weakest basis on the way to it', () => {
    const account = { id: 'not-a-uuid', name: 'n', cloudType: 1 };
    expect(validator.judge('http', media('getCloudAccounts'), [account]).violations).toMatchObject([{ path: '0.id', level: 'SHOULD' }]);
    expect(validator.judge('http', media('getCloudAccounts'), 'none').violations).toMatchObject([{ level: 'MUST' }]);
  });

  it('lists properties that no schema names, apart from violations', () => {
    const account = { id: '7f1c7f0e-5d0b-4c39-9a55-3f0f4d0f7a11', name: 'n', cloudType: 1, owner: { deep: 1 } };
    expect(validator.judge('http', media('getCloudAccounts'), [account, account])).toEqual({ violations: [], undocumented: ['[].owner'] });
  });

  it('leaves objects of any shape alone', () => {
    const schema = objectOf(objectOf(objectOf(contract.channelDocument.components).schemas).AppUpdateProgressNotification);
    expect(validator.judge('channels', { schema }, { Type: 8, Data: { Any: 1 } })).toEqual({ violations: [], undocumented: [] });
  });

  it('refuses to compile a schema with a keyword that it does not know', () => {
    expect(() => validator.compile('http', { type: 'string', maxLenght: 3 })).toThrow('unknown keyword');
  });
});

describe('the canaries', () => {
  it('prove the validator for the contract as it is', () => {
    expect(() => proveValidator(contract, validator)).not.toThrow();
  });

  it('find a validator that lets everything pass', () => {
    const blind = Object.assign(() => true, { schema: true, schemaEnv: {} }) as unknown as ReturnType<ReturnType<typeof newAjv>['compile']>;
    expect(() => proveValidator(contract, validator, () => blind)).toThrow(KitFault);
  });

  it('find a keyword that nobody has proven', () => {
    const odd = { ...contract, http: { ...contract.http, components: { schemas: { Odd: { dependentRequired: { a: ['b'] } } } } } };
    expect(() => proveValidator(odd, validator)).toThrow('dependentRequired');
  });

  it('find a format that nobody has proven', () => {
    const odd = { ...contract, http: { ...contract.http, components: { schemas: { Odd: { type: 'string', format: 'idn-email' } } } } };
    expect(() => proveValidator(odd, validator)).toThrow('idn-email');
  });

  it('see keywords at any depth', () => {
    const { keywords } = vocabularyOf([{ properties: { a: { items: { anyOf: [{ pattern: 'x' }] } } } }]);
    expect([...keywords]).toEqual(expect.arrayContaining(['properties', 'items', 'anyOf', 'pattern']));
  });
});
