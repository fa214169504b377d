// Owns telling which operation of the contract a request is for.
import type { Contract, Operation } from '../kit/contract.ts';

export type OperationFinder = (method: string, pathname: string) => Operation | undefined;

/** Paths without parameters win over paths with them. */
export function operationFinder({ operations }: Contract): OperationFinder {
  const patterns = [...operations.values()]
    .map((operation) => ({ operation, pattern: patternOf(operation.path), parameters: operation.path.split('{').length }))
    .sort((a, b) => a.parameters - b.parameters);
  return (method, pathname) => patterns.find(({ operation, pattern }) => operation.method === method && pattern.test(pathname))?.operation;
}

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path
      .split(/\{\w+\}/)
      .map((part) => part.replaceAll(/[.+?^$()|[\]\\]/g, String.raw`\$&`))
      .join('[^/]+')}$`,
  );
