// Owns the rule that a file of an operation is named like the operation, so that one finds the other.
import { basename } from 'node:path';

export function operationIdIsFileName() {
  return {
    Operation: {
      enter(operation, { report, location }) {
        const file = basename(location.source.absoluteRef, '.yaml');
        if (operation.operationId === file) return;
        report({
          message: `The operationId ${operation.operationId} has to equal the file name ${file}.`,
          location: location.child('operationId'),
        });
      },
    },
  };
}
