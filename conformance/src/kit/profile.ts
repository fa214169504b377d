// Owns `target.yaml`: what a target is, what it offers and what may be done to it. Secrets stand in it by the name of a variable only.
import { cloudNames } from './cloud-types.ts';
import type { Contract } from './contract.ts';
import { UsageError } from './faults.ts';
import { matches } from './selection.ts';
import { readYaml } from './yaml-file.ts';

export const permissions = ['destructive'] as const;
export type Permission = (typeof permissions)[number];

export interface ProfileCredentials {
  readonly usernameEnv: string;
  readonly passwordEnv: string;
  readonly totpSecretEnv?: string;
  readonly userType?: number;
}

export interface Profile {
  readonly url?: string;
  readonly credentials?: ProfileCredentials;
  /** A user of the same account who is no administrator. */
  readonly member?: ProfileCredentials;
  /** An administrator of another account. */
  readonly stranger?: ProfileCredentials;
  /** Cloud types of which the target has a provider; all when left out. */
  readonly clouds?: readonly number[];
  /** Operations that the target declares to offer; undefined when it declares nothing. */
  readonly offered?: readonly string[];
  readonly allow: readonly Permission[];
  readonly reports?: string;
  readonly timeoutMs?: number;
  readonly maxTimeMs?: number;
}

interface Written extends Omit<Profile, 'clouds' | 'offered' | 'allow'> {
  readonly clouds?: readonly (string | number)[];
  readonly operations?: readonly string[];
  readonly allow?: readonly Permission[];
}

const variable = {
  type: 'string',
  pattern: '^[A-Z_][A-Z0-9_]*$',
  description: 'takes the name of an environment variable, for example CLICK_PASSWORD; the value itself never stands in a profile',
};
const credentials = {
  type: 'object',
  additionalProperties: false,
  required: ['usernameEnv', 'passwordEnv'],
  properties: {
    usernameEnv: variable,
    passwordEnv: variable,
    totpSecretEnv: variable,
    userType: { type: 'integer', minimum: 1, description: 'takes 16 for an administrator, 32 for a creative, 64 for a standard user' },
  },
  description: 'say by `usernameEnv` and `passwordEnv` which environment variables hold them',
};
const milliseconds = { type: 'integer', minimum: 1, description: 'takes a whole number of milliseconds above 0' };
const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    url: { type: 'string', pattern: '^https?://[^/?#\\s]+/?$', description: 'takes an http or https URL without a path' },
    credentials,
    member: credentials,
    stranger: credentials,
    clouds: { type: 'array', items: { type: ['string', 'integer'] } },
    operations: { type: 'array', minItems: 1, items: { type: 'string' }, description: 'lists the operations that the target offers' },
    allow: { type: 'array', items: { enum: permissions } },
    reports: { type: 'string', minLength: 1 },
    timeoutMs: milliseconds,
    maxTimeMs: milliseconds,
  },
};

export async function readProfile(path: string, contract: Contract): Promise<Profile> {
  const { content, at } = await readYaml<Written>(path, 'profile', schema);
  const { clouds, operations, allow = [], ...rest } = content;
  return {
    ...rest,
    allow,
    ...(clouds !== undefined && { clouds: clouds.map((cloud, index) => cloudOf(cloud, contract, at('clouds', index))) }),
    ...(operations !== undefined && {
      offered: operations.flatMap((pattern, index) => operationsOf(pattern, contract, at('operations', index))),
    }),
  };
}

function cloudOf(cloud: string | number, contract: Contract, at: string): number {
  const names = cloudNames(contract);
  const number = typeof cloud === 'number' ? (names.has(cloud) ? cloud : undefined) : [...names].find(([, name]) => name === cloud)?.[0];
  if (number === undefined) throw new UsageError(`${at}: ${cloud} is no cloud type; there are ${[...names.values()].join(', ')}`);
  return number;
}

/** `*` stands for any text, so that a whole family is one line. */
function operationsOf(pattern: string, contract: Contract, at: string): string[] {
  const ids = [...contract.operations.keys()].filter((id) => matches(id, pattern));
  if (ids.length > 0) return ids;
  const near = [...contract.operations.keys()].find((id) => id.toLowerCase() === pattern.toLowerCase());
  const hint = near === undefined ? '`click-conformance coverage --static` lists them' : `did you mean ${near}?`;
  throw new UsageError(`${at}: the contract has no operation ${pattern}; ${hint}`);
}
