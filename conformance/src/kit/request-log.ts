// Owns a relay before an object server of the kit that notes which requests the target makes, in their order.
import { type RelayedRequest, startFaultyRelay } from './faulty-relay.ts';

export interface RequestLog {
  readonly url: string;
  readonly requests: readonly RelayedRequest[];
  readonly close: () => Promise<void>;
}

const mostRequests = 1000;

export async function startRequestLog(target: string): Promise<RequestLog> {
  const requests: RelayedRequest[] = [];
  const { url, close } = await startFaultyRelay(target, (request) => {
    if (requests.length < mostRequests) requests.push(request);
    return undefined;
  });
  return { url, requests, close };
}
