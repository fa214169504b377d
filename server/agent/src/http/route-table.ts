// Owns finding the operation of a request: a look-up for static paths, a short list for those with parameters.
import { type OperationId, routes } from '@click-kit/contract';

export interface Found {
  /** Upper-case method -> operation. */
  readonly methods: ReadonlyMap<string, OperationId>;
}

interface Template extends Found {
  readonly pattern: RegExp;
}

const statics = new Map<string, Map<string, OperationId>>();
const templates: (Template & { methods: Map<string, OperationId> })[] = [];

for (const [id, { path, method }] of Object.entries(routes)) methodsOf(path).set(method.toUpperCase(), id as OperationId);

function methodsOf(path: string): Map<string, OperationId> {
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  const known = path.includes('{') ? templates.find((template) => template.pattern.source === pattern.source)?.methods : statics.get(path);
  if (known !== undefined) return known;
  const methods = new Map<string, OperationId>();
  if (path.includes('{')) templates.push({ pattern, methods });
  else statics.set(path, methods);
  return methods;
}

/** Static paths win over templates: `/cloud/server_transfer/all` is never a transfer id. */
export function findOperations(path: string): Found | undefined {
  const methods = statics.get(path);
  return methods === undefined ? templates.find(({ pattern }) => pattern.test(path)) : { methods };
}
