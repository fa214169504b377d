// Assembles the house rules, one a file, into a Redocly plugin.
import { basisNoteRequired } from './basis-note-required.js';
import { errorsAreShared } from './errors-are-shared.js';
import { examplesOnBodiesAndResponses } from './examples-on-bodies-and-responses.js';
import { operationIdIsFileName } from './operation-id-is-file-name.js';
import { pathsAreRefs } from './paths-are-refs.js';
import { securityStated } from './security-stated.js';

export default function plugin() {
  return {
    id: 'house',
    rules: {
      oas3: {
        'basis-note-required': basisNoteRequired,
        'errors-are-shared': errorsAreShared,
        'examples-on-bodies-and-responses': examplesOnBodiesAndResponses,
        'operation-id-is-file-name': operationIdIsFileName,
        'paths-are-refs': pathsAreRefs,
        'security-stated': securityStated,
      },
      async3: { 'basis-note-required': basisNoteRequired },
    },
  };
}
