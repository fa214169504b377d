// Owns the proxy that stands between the kit and an agent, and goes wrong in the one way that it is told.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Contract } from '../kit/contract.ts';
import type { Target } from '../kit/target.ts';
import { ChannelProxy } from './channel-proxy.ts';
import { passHttp } from './http-proxy.ts';
import { LocalFiles } from './local-files.ts';
import { operationFinder } from './operation-at.ts';
import { type ArmedFault, ProxyState } from './proxy-state.ts';
import { StorageRelays } from './storage-relays.ts';

export interface FaultProxy {
  readonly url: string;
  /** From now on this fault, or none. */
  readonly arm: (armed: ArmedFault | undefined) => void;
  /** How often the last fault came to bear: a check that turns red without it proves nothing. */
  readonly applied: () => number;
  readonly close: () => Promise<void>;
}

export async function startFaultProxy(target: Target, contract: Contract): Promise<FaultProxy> {
  const state = new ProxyState({ contract, agentUrl: target.url, credentials: target.credentials });
  const [relays, channels, files] = [new StorageRelays(state), new ChannelProxy(state), await LocalFiles.create()];
  const tools = { state, relays, files, operationAt: operationFinder(contract) };
  const server = createServer((request, response) => {
    // The kit sees a connection that is gone, as it would of an agent that dies.
    passHttp(request, response, tools).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => channels.upgrade(request, socket, head));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arm: (armed) => state.arm(armed),
    applied: () => state.applied,
    close: async () => {
      channels.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await relays.close();
      await files.remove();
    },
  };
}
