// Owns the connection to an S3 endpoint: where it is, how it is called, and the SDK, loaded at first use only.
import type * as ClientS3 from '@aws-sdk/client-s3';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { CloudType } from '@click-kit/contract';
import type { ProviderAccount } from './provider.ts';
import { S3Data } from './s3-data.ts';
import { s3Error } from './s3-errors.ts';
import type { S3Limits } from './s3-limits.ts';
import { placeOf } from './s3-place.ts';
import { type Traits, traitsOf } from './s3-traits.ts';
import { StallWatchdog } from './stall-watchdog.ts';

export type Sdk = typeof ClientS3;

/** The commands that one call needs, with errors translated. `what` names the request without secrets. */
export interface S3Connection {
  readonly limits: S3Limits;
  readonly traits: Traits;
  /** The requests that carry or weigh objects. */
  readonly data: S3Data;
  /** All others, by the SDK. */
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
  let opened: Promise<{ sdk: Sdk; client: S3Client }> | undefined;
  const open = async (): Promise<{ sdk: Sdk; client: S3Client }> => {
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({ ...configOf(account, limits), ...place });
    if (account.cloudType === CloudType.Google) leaveOutOperation(client);
    return { sdk, client };
  };
  return {
    limits,
    traits: traitsOf(account, place),
    data: new S3Data(account, place, limits),
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

/** Google refuses the name of the operation that the SDK adds to URLs. */
function leaveOutOperation(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { query?: Record<string, unknown> };
      delete request.query?.['x-id'];
      return next(args);
    },
    { step: 'build', name: 'leaveOutOperation', priority: 'low' },
  );
}
