// Owns which target a command talks to and as whom: flags before the profile, the profile before the environment, then defaults.
import { resolve } from 'node:path';
import type { Contract } from '../kit/contract.ts';
import { UsageError } from '../kit/faults.ts';
import { type Profile, type ProfileCredentials, readProfile } from '../kit/profile.ts';
import type { Credentials, Target } from '../kit/target.ts';
import type { Surroundings } from './command.ts';
import { httpUrl, positiveInteger } from './options.ts';

export const defaultTarget = 'http://localhost:29123';

export const targetFlags = {
  target: { type: 'string' },
  profile: { type: 'string' },
  username: { type: 'string' },
  password: { type: 'string' },
  type: { type: 'string' },
  'totp-secret': { type: 'string' },
} as const;

export const targetHelp = `  --target URL         the agent (default ${defaultTarget})
  --profile FILE       a target.yaml: URL, credentials by variable name, what the target offers, what is allowed; flags win over it
  --username NAME      who to sign in as (or CLICK_USERNAME)
  --password WORD      (or CLICK_PASSWORD, which keeps it out of the process list)
  --type NUMBER        user type: 16 administrator, 32 creative, 64 standard
  --totp-secret TEXT   the user's second factor (or CLICK_TOTP_SECRET)`;

export type TargetValues = { readonly [Flag in keyof typeof targetFlags]?: string | undefined } & { readonly spawn?: boolean };

export interface ChosenTarget {
  readonly target: Target;
  readonly profile: Profile | undefined;
  readonly profilePath: string | undefined;
}

type Place = Pick<Surroundings, 'env' | 'cwd'>;

export async function chooseTarget(values: TargetValues, { env, cwd }: Place, contract: Contract): Promise<ChosenTarget> {
  const profilePath = values.profile === undefined ? undefined : resolve(cwd, values.profile);
  const profile = profilePath === undefined ? undefined : await readProfile(profilePath, contract);
  if (values.spawn === true && (profile?.url !== undefined || profile?.credentials !== undefined))
    throw new UsageError('--spawn brings its own target and users, and the profile names others: leave out one of them');
  const url = values.target === undefined ? httpUrl(profile?.url ?? defaultTarget, 'url') : httpUrl(values.target, '--target');
  const credentials = values.spawn === true ? undefined : credentialsOf(values, profile, env);
  return {
    profile,
    profilePath,
    target: {
      url,
      spawned: values.spawn === true,
      ...(credentials !== undefined && { credentials }),
      ...(credentials?.totpSecret !== undefined && { mfaCredentials: credentials }),
      ...othersOf(profile, env),
      ...declaredBy(profile),
    },
  };
}

export const declaredBy = (profile: Profile | undefined): Pick<Target, 'offered' | 'clouds'> => ({
  ...(profile?.offered !== undefined && { offered: profile.offered }),
  ...(profile?.clouds !== undefined && { clouds: profile.clouds }),
});

/** The users beside the one who judges; a spawned agent brings its own. */
function othersOf(profile: Profile | undefined, env: Surroundings['env']): Pick<Target, 'memberCredentials' | 'strangerCredentials'> {
  const { member, stranger } = profile ?? {};
  return {
    ...(member !== undefined && { memberCredentials: inProfile(member, env) }),
    ...(stranger !== undefined && { strangerCredentials: inProfile(stranger, env) }),
  };
}

function inProfile({ usernameEnv, passwordEnv, totpSecretEnv, userType }: ProfileCredentials, env: Surroundings['env']): Credentials {
  return {
    username: variable(env, usernameEnv, 'username'),
    password: variable(env, passwordEnv, 'password'),
    ...(totpSecretEnv !== undefined && { totpSecret: variable(env, totpSecretEnv, 'secret of the second factor') }),
    ...(userType !== undefined && { type: userType }),
  };
}

function credentialsOf(values: TargetValues, profile: Profile | undefined, env: Surroundings['env']): Credentials | undefined {
  const { username, password, totpSecret } = secretsOf(values, profile, env);
  const type = values.type === undefined ? profile?.credentials?.userType : positiveInteger(values.type, '--type');
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined)
    throw new UsageError('give both --username and --password, or neither; CLICK_USERNAME and CLICK_PASSWORD count as given');
  return { username, password, ...(type !== undefined && { type }), ...(totpSecret !== undefined && { totpSecret }) };
}

type Secrets = { readonly [Name in 'username' | 'password' | 'totpSecret']: string | undefined };

/** Who is named by flags has nothing to do with the user of the profile. */
function secretsOf(values: TargetValues, profile: Profile | undefined, env: Surroundings['env']): Secrets {
  const own = values.username === undefined && values.password === undefined ? profile?.credentials : undefined;
  const given = { username: values.username, password: values.password, totpSecret: values['totp-secret'] };
  if (own === undefined)
    return {
      username: given.username ?? env.CLICK_USERNAME,
      password: given.password ?? env.CLICK_PASSWORD,
      totpSecret: given.totpSecret ?? env.CLICK_TOTP_SECRET,
    };
  return {
    username: variable(env, own.usernameEnv, 'username'),
    password: variable(env, own.passwordEnv, 'password'),
    totpSecret:
      given.totpSecret ?? (own.totpSecretEnv === undefined ? undefined : variable(env, own.totpSecretEnv, 'secret of the second factor')),
  };
}

function variable(env: Surroundings['env'], name: string, what: string): string {
  const value = env[name];
  if (value === undefined || value === '')
    throw new UsageError(`the profile takes the ${what} from the environment variable ${name}, which is not set`);
  return value;
}
