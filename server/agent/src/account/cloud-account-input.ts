// Owns what a cloud account has to look like before it is stored or used.
import { CloudType } from '@click-kit/contract';
import type { ProviderAccount } from '../providers/provider.ts';
import { refusal } from './failure.ts';

/** The fields of a cloud account as requests carry them; the documentation requires none of them. */
export interface CloudAccountFields {
  readonly name?: string | undefined;
  readonly cloudType?: number | undefined;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
  readonly serviceUrl?: string | undefined;
  readonly shared?: boolean | undefined;
}

const cloudTypes: ReadonlySet<number> = new Set(Object.values(CloudType));
const withServiceUrl: ReadonlySet<number> = new Set([CloudType.LocalHttp, CloudType.FastrServer]);
const [maxName, maxField] = [100, 4096];

export function nameOf(fields: CloudAccountFields): string {
  const name = text(fields.name, 'name');
  if (name === '') throw refusal('DEFAULT', 'The cloud account needs a name.');
  if (name.length > maxName) throw refusal('DEFAULT', `The name of a cloud account has at most ${maxName} characters.`);
  return name;
}

/** Trims and checks the fields that make a connection. */
export function providerAccountOf(fields: CloudAccountFields): ProviderAccount {
  const { cloudType } = fields;
  if (cloudType === undefined || !cloudTypes.has(cloudType))
    throw refusal('DEFAULT', `The cloudType ${cloudType ?? '(none)'} is not one of the documented ones.`);
  const account = {
    cloudType,
    region: text(fields.region, 'region'),
    endpoint: url(fields.endpoint, 'endpoint'),
    accessKey: text(fields.accessKey, 'accessKey'),
    secretKey: text(fields.secretKey, 'secretKey'),
    serviceUrl: url(fields.serviceUrl, 'serviceUrl'),
  };
  if (withServiceUrl.has(cloudType) && account.serviceUrl === '') throw refusal('DEFAULT', 'This cloudType needs a serviceUrl.');
  return account;
}

function text(value: string | undefined, field: string): string {
  const trimmed = (value ?? '').trim();
  if (trimmed.length > maxField) throw refusal('DEFAULT', `The ${field} is longer than ${maxField} characters.`);
  return trimmed;
}

/** Empty (as in the documented example), or an absolute http(s) address without anything secret in it. */
function url(value: string | undefined, field: string): string {
  const address = text(value, field);
  if (address === '') return '';
  const parsed = URL.canParse(address) ? new URL(address) : undefined;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:')
    throw refusal('DEFAULT', `The ${field} has to be an http or https URL.`);
  if (parsed.username !== '' || parsed.password !== '')
    throw refusal('DEFAULT', `The ${field} must not hold credentials: use accessKey and secretKey.`);
  if (parsed.search !== '' || parsed.hash !== '') throw refusal('DEFAULT', `The ${field} must not have a query or a fragment.`);
  return address;
}
