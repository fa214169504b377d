// Which handler serves which resource and method; everything else is 405 with the methods that exist.

import { createBucket, deleteBucket, headBucket, listBuckets, listObjects } from './bucket-handlers.ts';
import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import { deleteKey, listKeys, putKey } from './key-handlers.ts';
import { commandPush, deletePush, getPush, listPushes, putPush } from './push-handlers.ts';
import { deleteObject, getObject, putObject } from './object-handlers.ts';
import type { Target } from './target.ts';
import { createUpload, deleteUpload, headUpload, patchUpload, tusOptions } from './tus-handlers.ts';
import { listUploads } from './upload-handlers.ts';

type Routes = Record<string, () => Promise<void> | void>;

export async function route(exchange: Exchange, target: Target): Promise<void> {
  const routes = routesOf(exchange, target);
  const method = exchange.req.method ?? '';
  const handler = Object.hasOwn(routes, method) ? routes[method] : undefined;
  if (handler === undefined) {
    throw new HttpError('MethodNotAllowed', 'The resource does not have this method.', { Allow: Object.keys(routes).join(', ') });
  }
  await handler();
}

function routesOf(exchange: Exchange, target: Target): Routes {
  switch (target.kind) {
    case 'service':
      return { GET: () => listBuckets(exchange), HEAD: () => listBuckets(exchange) };
    case 'keys':
      return { GET: () => listKeys(exchange) };
    case 'key':
      return { PUT: () => putKey(exchange, target.accessKey), DELETE: () => deleteKey(exchange, target.accessKey) };
    case 'bucket':
      return {
        GET: () => listObjects(exchange, target.bucket),
        HEAD: () => headBucket(exchange, target.bucket),
        PUT: () => createBucket(exchange, target.bucket),
        DELETE: () => deleteBucket(exchange, target.bucket),
      };
    case 'object':
      return {
        GET: () => getObject(exchange, target),
        HEAD: () => getObject(exchange, target),
        PUT: () => putObject(exchange, target),
        DELETE: () => deleteObject(exchange, target),
        POST: () => createUpload(exchange, target),
        OPTIONS: () => tusOptions(exchange),
      };
    case 'pushes':
      return { GET: () => listPushes(exchange) };
    case 'push':
      return {
        GET: () => getPush(exchange, target.id),
        PUT: () => putPush(exchange, target.id),
        DELETE: () => deletePush(exchange, target.id),
      };
    case 'pushCommand':
      return { POST: () => commandPush(exchange, target.id, target.command) };
    case 'uploads':
      return { GET: () => listUploads(exchange, target) };
    case 'upload':
      return {
        HEAD: () => headUpload(exchange, target.id),
        PATCH: () => patchUpload(exchange, target.id),
        DELETE: () => deleteUpload(exchange, target.id),
        OPTIONS: () => tusOptions(exchange),
      };
  }
}
