// Owns the generated table of operations: what a router, a client and the kit need to know of each.
import type { Operation } from './documents.ts';

export function routesModule(operations: readonly Operation[]): string {
  const rows = operations.map((operation) => {
    const { id, ...row } = operation;
    return `  ${id}: ${JSON.stringify(row)},`;
  });
  return [
    '/** Every operation of the contract; static paths come before parameterised ones. */',
    'export const routes = {',
    ...rows,
    '} as const;',
    '',
    'export type Routes = typeof routes;',
    '',
  ].join('\n');
}
