// Owns the names of the cloud types (cloud.md, CloudType).
import { type Contract, objectOf } from './contract.ts';

/** Number -> name, as the contract has them. */
export function cloudNames(contract: Contract): Map<number, string> {
  const schemas = objectOf(objectOf(contract.http.components).schemas);
  const { enum: numbers, 'x-enum-varnames': names } = objectOf(schemas.CloudType);
  return new Map((numbers as number[]).map((number, index) => [number, (names as string[])[index] ?? '']));
}
