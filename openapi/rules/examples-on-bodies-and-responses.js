// Owns the rule that every parameter, request body and response body shows at least one example.
const opaque = /octet-stream|^\*\/\*$/;

export function examplesOnBodiesAndResponses() {
  const has = (node) => node.example !== undefined || Object.keys(node.examples ?? {}).length > 0;
  return {
    MediaType: {
      enter(mediaType, { report, location, key }) {
        // Bytes without a structure have no example worth reading.
        if (!opaque.test(String(key)) && !has(mediaType))
          report({ message: `The ${key} body needs an example.`, location: location.key() });
      },
    },
    Parameter: {
      enter(parameter, { report, location }) {
        if (!has(parameter)) report({ message: `The parameter ${parameter.name} needs an example.`, location });
      },
    },
  };
}
