// Owns the rule that an error response is written once, in components/responses, and referred to.
const shared = /(^|\/)components\/responses\/\w+(\.yaml)?$/;

export function errorsAreShared() {
  return {
    Operation: {
      enter(operation, { report, location }) {
        for (const [status, response] of Object.entries(operation.responses ?? {})) {
          if (!/^[45]/.test(status) || shared.test(response.$ref ?? '')) continue;
          report({
            message: `The ${status} response has to be a $ref to components/responses.`,
            location: location.child(['responses', status]).key(),
          });
        }
      },
    },
  };
}
