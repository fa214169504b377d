// Owns what the pushes of a server need of it.

import type { Limits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import type { ObjectStore } from '../object-store.ts';
import type { AddressPolicy } from './address-policy.ts';
import type { PushStore } from './push-store.ts';

export interface PushOptions {
  store: PushStore;
  objects: ObjectStore;
  limits: Readonly<Limits>;
  clock: () => number;
  logger: Logger;
  policy: AddressPolicy;
  /** Where pushes go when a target cannot be reached directly; undefined: nowhere. */
  relayUrl: URL | undefined;
  random?: () => number;
}
