// Owns an installation with managed storage on an endpoint in memory.
import { createLogger } from '../../../log.ts';
import { readConfig } from '../../../config.ts';
import { openManagedStorage } from '../../../managed-storage-services.ts';
import { StorageWorkStore } from '../../../store/storage-work-store.ts';
import { asCaller, installation } from '../../testing/installation.ts';
import { memoryEndpoint } from './memory-endpoint.ts';

export async function managedInstallation(options: { withKeys?: boolean } = {}) {
  const here = installation();
  const endpoint = memoryEndpoint(options);
  const line = readConfig({ argv: [], env: {}, home: here.dataDir, readFile: () => undefined });
  if (line.command !== 'run') throw new Error('unreachable: no --help was given');
  const logged: string[] = [];
  const log = createLogger('debug', { write: (text) => void logged.push(text) });
  const open = () =>
    openManagedStorage({ config: line.config, database: here.database, now: here.now, log, providerFor: () => endpoint.provider });
  const admin = asCaller(await here.addUser({ username: 'admin@example.com', userType: 16 }));
  return { ...here, endpoint, logged, admin, open, ...open(), work: new StorageWorkStore(here.database) };
}

export type ManagedInstallation = Awaited<ReturnType<typeof managedInstallation>>;
export const signal = (): AbortSignal => AbortSignal.timeout(10_000);
