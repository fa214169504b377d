// Owns the rule that `paths` is a table of contents: each method leads to a file of its own, and nothing else stands there.
const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

export function pathsAreRefs() {
  return {
    PathItem: {
      enter(item, { report, location }) {
        for (const [key, value] of Object.entries(item)) {
          if (methods.has(key) && String(value.$ref).endsWith('.yaml')) continue;
          report({
            message: `\`${key}\` has to be a method that is a $ref to the file of its operation.`,
            location: location.child(key).key(),
          });
        }
      },
    },
  };
}
