// Owns scenarios: short stories of several steps over HTTP and the channels.
import type { Level } from '../result.ts';
import type { Check, Context, Impact } from './check.ts';
import type { OperationId } from './contract.ts';

export interface ScenarioOptions {
  readonly title: string;
  readonly controller: string;
  readonly operations: readonly OperationId[];
  readonly statuses?: readonly number[];
  readonly proves?: readonly string[];
  readonly level?: Level;
  readonly after?: readonly string[];
  readonly impact?: Impact;
}

export function scenario(id: string, options: ScenarioOptions, run: (context: Context) => Promise<void>): Check {
  const { title, controller, operations, statuses = [200], proves = [], level = 'MUST', after = [], impact = 'self-cleaning' } = options;
  return { id, kind: 'scenario', title, controller, operations, statuses, proves, level, after, impact, run };
}
