// Owns a small API whose answers are known to be good or bad, one keyword each: what a tool says about it shows what it can see.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NamedCanary } from '../kit/canary.ts';

/** A bundle's version decides the dialect that the tool reads it in, so the canaries are written in the same one. */
export interface Dialect {
  readonly openapi: string;
  readonly jsonSchemaDialect?: string;
}

export interface CanaryTarget {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export type Sight = 'seen' | 'blind' | 'false alarm';

export interface CanaryFinding {
  readonly name: string;
  readonly sight: Sight;
}

const pathOf = (kind: 'good' | 'bad', index: number): string => `/${kind}/${index}`;
const references = { Text: { type: 'string' } };

/** A reference has to point into the document, not into the schema that holds it. */
const inDocument = (schema: object): object => ('$ref' in schema ? { $ref: '#/components/schemas/Text' } : schema);

export function canaryDocument(canaries: readonly NamedCanary[], { openapi, jsonSchemaDialect }: Dialect): object {
  const paths = canaries.flatMap(({ name, schema, good }, index) =>
    (['good', 'bad'] as const).map((kind) => [
      pathOf(kind, index),
      {
        get: {
          operationId: `${kind}${index}`,
          summary: `${kind}: ${name}`,
          responses: {
            200: { description: name, content: { 'application/json': { schema: inDocument(schema), example: good } } },
          },
        },
      },
    ]),
  );
  return {
    openapi,
    ...(jsonSchemaDialect !== undefined && { jsonSchemaDialect }),
    info: { title: 'Canaries', version: '1' },
    paths: Object.fromEntries(paths),
    components: { schemas: references },
  };
}

export async function serveCanaries(canaries: readonly NamedCanary[]): Promise<CanaryTarget> {
  const bodies = new Map(
    canaries.flatMap(({ good, bad }, index) => [
      [pathOf('good', index), JSON.stringify(good)],
      [pathOf('bad', index), JSON.stringify(bad)],
    ]),
  );
  const server = createServer((request, response) => {
    request.resume();
    const body = bodies.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `complains` says whether the tool finds something wrong with the answer of a path. */
export async function sightOf(
  canaries: readonly NamedCanary[],
  complains: (path: string) => boolean | Promise<boolean>,
): Promise<CanaryFinding[]> {
  const findings: CanaryFinding[] = [];
  for (const [index, { name }] of canaries.entries()) {
    const [good, bad] = [await complains(pathOf('good', index)), await complains(pathOf('bad', index))];
    findings.push({ name, sight: good ? 'false alarm' : bad ? 'seen' : 'blind' });
  }
  return findings;
}
