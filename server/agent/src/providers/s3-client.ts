// Owns the connection to an S3 endpoint: where it is, how it is called, and the SDK, loaded at first use only.
import type * as ClientS3 from '@aws-sdk/client-s3';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { CloudType } from '@click-kit/contract';
import { ProviderError, type ProviderAccount } from './provider.ts';
import { s3Error } from './s3-errors.ts';
import type { S3Limits } from './s3-limits.ts';
import { StallWatchdog } from './stall-watchdog.ts';

export type Sdk = typeof ClientS3;

/** The commands that one call needs, with errors translated. `what` names the request without secrets. */
export interface S3Connection {
  readonly limits: S3Limits;
  /** True: parts carry a CRC32 that the store checks; false: their signature covers the body where TLS does not. */
  readonly crc32: boolean;
  call<T>(what: string, signal: AbortSignal, work: S3Work<T>, deadlineMs?: number): Promise<T>;
}

export type S3Work<T> = (sdk: Sdk, client: S3Client, options: { abortSignal: AbortSignal; requestTimeout: number }) => Promise<T>;

const agents = new WeakMap<S3Limits, { httpAgent: HttpAgent; httpsAgent: HttpsAgent }>();

// One pool for all accounts with the same limits: providers are made per call, connections must outlive them.
function agentsFor(limits: S3Limits): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  const known = agents.get(limits);
  if (known !== undefined) return known;
  const options = { keepAlive: true, maxSockets: limits.connections };
  const made = { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
  agents.set(limits, made);
  return made;
}

export function connectS3(account: ProviderAccount, limits: S3Limits): S3Connection {
  const place = placeOf(account);
  const crc32 = account.cloudType === CloudType.AWS;
  let opened: Promise<{ sdk: Sdk; client: S3Client }> | undefined;
  const open = async (): Promise<{ sdk: Sdk; client: S3Client }> => {
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({ ...configOf(account, limits), ...place });
    // Hashing 8 MiB twice costs half the speed of an upload: TLS or the CRC32 protects the body already.
    const unsigned = crc32 || place.endpoint === undefined || place.endpoint.startsWith('https:');
    if (unsigned) leaveBodyUnsigned(client);
    if (account.cloudType === CloudType.Google) speakToGoogle(client);
    return { sdk, client };
  };
  return {
    limits,
    crc32,
    async call(what, signal, work, deadlineMs = limits.answerMs) {
      signal.throwIfAborted();
      opened ??= open();
      const { sdk, client } = await opened;
      // The SDK has no deadline for the body of an answer.
      const watch = new StallWatchdog(what, signal);
      watch.expect(deadlineMs);
      try {
        return await work(sdk, client, { abortSignal: watch.signal, requestTimeout: deadlineMs });
      } catch (error) {
        throw s3Error(what, error, watch.signal);
      } finally {
        watch.close();
      }
    },
  };
}

function configOf(account: ProviderAccount, limits: S3Limits): S3ClientConfig {
  return {
    credentials: { accessKeyId: account.accessKey, secretAccessKey: account.secretKey },
    maxAttempts: limits.attempts,
    // Compatible stores refuse the SDK's default checksums (R2: 501, B2).
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With agents of our own, `Expect` can cross the answers of two requests (aws-sdk-js-v3 issue 6940).
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.partMs,
      throwOnRequestTimeout: true,
      ...agentsFor(limits),
    },
  };
}

interface Place {
  readonly endpoint?: string;
  readonly region: string;
  readonly forcePathStyle?: boolean;
  readonly followRegionRedirects?: boolean;
}

function placeOf(account: ProviderAccount): Place {
  // The XML API knows no regions in signatures (cloud.google.com/storage/docs/aws-simple-migration).
  if (account.cloudType === CloudType.Google)
    return { endpoint: endpointUrl(account.endpoint || 'storage.googleapis.com'), region: 'auto', forcePathStyle: true };
  const region = account.region === '' ? 'us-east-1' : account.region;
  if (account.endpoint !== '') {
    return {
      endpoint: endpointUrl(account.endpoint),
      region: account.region === '' && account.cloudType === CloudType.Cloudflare ? 'auto' : region,
      forcePathStyle: true,
    };
  }
  if (account.cloudType === CloudType.AWS) return { region, followRegionRedirects: true };
  if (account.cloudType === CloudType.Wasabi) return { endpoint: `https://s3.${region}.wasabisys.com`, region };
  throw new ProviderError('invalid', `cloud type ${account.cloudType} needs an endpoint`);
}

function endpointUrl(endpoint: string): string {
  const url = /^https?:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`;
  if (!URL.canParse(url)) throw new ProviderError('invalid', 'endpoint must be a host name or an http or https URL');
  return new URL(url).href;
}

const BODY_COMMANDS = new Set(['PutObjectCommand', 'UploadPartCommand']);

function leaveBodyUnsigned(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request as { headers?: Record<string, string> };
      if (BODY_COMMANDS.has(context.commandName ?? '') && request.headers !== undefined)
        request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', name: 'leaveBodyUnsigned', priority: 'low' },
  );
}

/**
 * Google refuses the name of the operation that the SDK adds to URLs, and unpacks objects stored with Content-Encoding: gzip for
 * whoever does not take them as they are. The header is added unsigned, since Google's front end changes it (rclone issue 6670).
 */
function speakToGoogle(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { query?: Record<string, unknown> };
      delete request.query?.['x-id'];
      return next(args);
    },
    { step: 'build', name: 'leaveOutOperation', priority: 'low' },
  );
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request as { headers?: Record<string, string> };
      if (READ_COMMANDS.has(context.commandName ?? '') && request.headers !== undefined) request.headers['accept-encoding'] = 'gzip';
      return next(args);
    },
    { step: 'deserialize', name: 'takeAsStored', priority: 'low' },
  );
}

const READ_COMMANDS = new Set(['GetObjectCommand', 'HeadObjectCommand']);
