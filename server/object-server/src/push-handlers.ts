// Owns the handlers of `/.pushes`: asking for a push to another server, watching it, pausing, resuming, cancelling, forgetting it.

import type { Exchange } from './exchange.ts';
import { readJson } from './json-body.ts';
import { parsePushRequest } from './push/push-request.ts';
import { shownPush } from './push/push.ts';
import { sendEmpty, sendJson } from './reply.ts';
import type { PushCommand } from './target.ts';

export function listPushes({ res, services }: Exchange): void {
  sendJson(res, 200, { pushes: services.pushes.list().map(shownPush) });
}

export async function putPush(exchange: Exchange, id: string): Promise<void> {
  const request = parsePushRequest(await readJson(exchange));
  const { push, created } = await exchange.services.pushes.put(id, request);
  sendJson(exchange.res, created ? 201 : 200, shownPush(push), { Location: `/.pushes/${id}` });
}

export function getPush({ res, services }: Exchange, id: string): void {
  sendJson(res, 200, shownPush(services.pushes.find(id)), { 'Cache-Control': 'no-store' });
}

export async function commandPush({ res, services }: Exchange, id: string, command: PushCommand): Promise<void> {
  sendJson(res, 200, shownPush(await services.pushes[command](id)));
}

export async function deletePush({ res, services }: Exchange, id: string): Promise<void> {
  await services.pushes.remove(id);
  sendEmpty(res, 204);
}
