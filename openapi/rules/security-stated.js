// Owns the rule that every operation states its security itself: `[]` for none, never by inheritance.
export function securityStated() {
  return {
    Operation: {
      enter(operation, { report, location }) {
        if (!Array.isArray(operation.security)) report({ message: 'The operation has to state its `security`.', location: location.key() });
      },
    },
  };
}
