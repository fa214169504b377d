// Owns what a fault does to an answer before the kit sees it.
import type { IncomingHttpHeaders } from 'node:http';
import type { Json } from '../kit/contract.ts';
import type { AnswerEdit } from './fault.ts';
import { edited } from './json-edit.ts';
import type { ProxyState } from './proxy-state.ts';

export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export function distorted(answer: WholeAnswer, edit: AnswerEdit | undefined, state: ProxyState): WholeAnswer {
  if (edit === undefined) return answer;
  const next = { ...answer, ...change(answer, edit, state) };
  if (edit.do === 'cut' || textOf(next) !== textOf(answer)) state.applied += 1;
  return next;
}

function change({ headers, body }: WholeAnswer, edit: AnswerEdit, state: ProxyState): Partial<WholeAnswer> {
  switch (edit.do) {
    case 'status':
      return { status: edit.to };
    case 'drop-header': {
      const { [edit.name]: _dropped, ...rest } = headers;
      return { headers: rest };
    }
    case 'replace-body':
      return {
        headers: { ...headers, 'content-type': edit.contentType ?? 'application/json; charset=utf-8' },
        body: Buffer.from(edit.text),
      };
    case 'edit-body': {
      if (body.length === 0) return {};
      const next = edited(JSON.parse(body.toString('utf8')) as Json, edit.edit, state.editTools);
      return next === undefined ? {} : { body: Buffer.from(JSON.stringify(next.value)) };
    }
    case 'cut':
      return {};
  }
}

const textOf = ({ status, headers, body }: WholeAnswer): string => JSON.stringify([status, headers, body.toString('base64')]);
