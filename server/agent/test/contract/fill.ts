// Owns filling an account through the API with one of everything that the contract can create, whatever that is.
import { call, json } from './client.ts';
import { type Json, list, object, type Operation, operations } from './operations.ts';
import { exampleRequest, harvest, type Ids } from './slots.ts';

export interface Account {
  readonly url: string;
  readonly token: string;
  /** Goes into every name, so that names tell whose they are. */
  readonly mark: string;
  /** Where cloud accounts may lead. */
  readonly storage: string;
}

const creates = /^(?:insert|add|create|save|setup|import|assign)/i;
const reads = (operation: Operation): boolean => operation.method === 'GET' && operation.security === 'required';
/** Users come first, then what they belong to, then what connects them: the order of names is as good as any, twice. */
const rounds = 2;

/** Answers the ids of everything in the account that the API shows. */
export async function fillAccount(account: Account): Promise<Ids> {
  const ids: Ids = new Map();
  const read = operations.filter(reads);
  await each(read, account, ids);
  for (let round = 1; round <= rounds; round += 1) {
    await each(
      operations.filter(({ id, security }) => creates.test(id) && security === 'required'),
      { ...account, mark: `${account.mark}-${round}` },
      ids,
    );
    await each(read, account, ids);
  }
  return ids;
}

async function each(some: readonly Operation[], account: Account, ids: Ids): Promise<void> {
  for (const operation of some) {
    const { path, query, body } = exampleRequest(operation, (kind) => ids.get(kind ?? '')?.[0]);
    const { status, text } = await call(account.url, operation, {
      token: account.token,
      path,
      query,
      body: json(body === undefined ? undefined : marked(body, account)),
    });
    if (status === 200 && text !== '') harvest(operation, JSON.parse(text), ids);
  }
}

/** Names, user names and addresses of the account's own; a cloud account leads to the object server at hand. */
function marked(body: Json, account: Account): Json {
  if (Array.isArray(body)) return list(body).map((item) => marked(item, account));
  if (typeof body !== 'object' || body === null) return body;
  const copy = Object.fromEntries(Object.entries(object(body)).map(([key, value]) => [key, own(key, marked(value, account), account)]));
  if ('cloudType' in copy && 'serviceUrl' in copy)
    Object.assign(copy, { cloudType: 2048, serviceUrl: account.storage, accessKey: 'demo', secretKey: 'demo-secret' });
  return copy;
}

function own(key: string, value: Json, { mark }: Account): Json {
  if (typeof value !== 'string' || value === '') return value;
  if (/email|username/i.test(key)) return `${mark}@example.net`;
  return /^(?:name|description|firstname|lastname|displayName)$/i.test(key) ? `${value} ${mark}` : value;
}
