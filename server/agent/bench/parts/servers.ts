// Owns the servers that transfers are measured between: nginx, the Versity gateway, the object server of this kit, a discarding S3 server.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import type { ScriptLifetime } from './lifetime.ts';
import { cleanEnvironment, endProcess, findProgram, freePort, startServer } from './processes.ts';

export const bucket = 'bucket';
export const keys = { accessKey: 'bench-access-key', secretKey: 'bench-secret-key-27182' };

/** A client with the keys of the bench. */
export const s3ClientOf = (url: string): S3Client =>
  new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
  });

export interface StoredOnDisk {
  readonly url: string;
  /** Where the objects of the bucket lie. */
  readonly objects: string;
}

/** Reads with sendfile and writes with its WebDAV module; answers a listing of no buckets at its root, which is what an account is checked with. */
export async function startNginx(folder: string, life: ScriptLifetime): Promise<StoredOnDisk> {
  const nginx = findProgram('nginx');
  if (nginx === undefined) throw new Error('nginx is not installed: apt-get install nginx (its WebDAV module is built in)');
  const port = await freePort();
  const root = join(folder, 'root');
  for (const name of [join('root', bucket), 'body', 'other']) mkdirSync(join(folder, name), { recursive: true });
  const others = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, 'other', name)};`).join(' ');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${user} daemon off; worker_processes 1; pid ${join(folder, 'nginx.pid')}; error_log stderr crit;
events { worker_connections 512; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; client_max_body_size 0;
  client_body_temp_path ${join(folder, 'body')}; ${others}
  server {
    listen 127.0.0.1:${port}; root ${root};
    location = / { default_type application/json; return 200 '{"buckets":[]}'; }
    location / { dav_methods PUT DELETE; create_full_put_path on; }
  }
}
`,
  );
  const url = `http://127.0.0.1:${port}`;
  await startServer([nginx, '-p', folder, '-c', join(folder, 'nginx.conf')], { url }, life);
  return { url, objects: join(root, bucket) };
}

export const findVersity = (): string | undefined => process.env.CLICK_VERSITYGW ?? findProgram('versitygw');

/** An S3 server over a folder; keeps connections open, as stores do. */
export async function startVersity(folder: string, life: ScriptLifetime): Promise<StoredOnDisk> {
  const versity = findVersity();
  if (versity === undefined) throw new Error('versitygw is not installed; put it on the PATH or name it in CLICK_VERSITYGW');
  const root = join(folder, 'root');
  mkdirSync(join(root, bucket), { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ROOT_ACCESS_KEY: keys.accessKey, ROOT_SECRET_KEY: keys.secretKey };
  await startServer([versity, '--quiet', '--keep-alive', '--port', `127.0.0.1:${port}`, 'posix', root], { url, env }, life);
  return { url, objects: join(root, bucket) };
}

/** The object server of this kit, in a process of its own. */
export async function startObjectProcess(folder: string, life: ScriptLifetime): Promise<{ url: string; dataDir: string }> {
  const main = fileURLToPath(new URL('../../../object-server/dist/main.js', import.meta.url));
  const args = ['--port', '0', '--data-dir', folder, '--bucket', bucket, '--quiet'];
  const env = { OBJECT_SERVER_ACCESS_KEY: keys.accessKey, OBJECT_SERVER_SECRET_KEY: keys.secretKey };
  return { url: await forked(main, args, { env, execArgv: [] }, life), dataDir: folder };
}

export interface Sink {
  readonly url: string;
  /** Body bytes that came in so far. */
  received(): Promise<number>;
}

/** An S3 server, and a target of plain PUTs, that keeps nothing but sizes: so it is no bottleneck. */
export async function startSink(life: ScriptLifetime): Promise<Sink> {
  const main = fileURLToPath(new URL('../processes/discarding-sink.ts', import.meta.url));
  const url = await forked(main, [], { execArgv: ['--import', 'tsx', '--conditions=source'] }, life);
  return { url, received: async () => ((await (await fetch(`${url}/-/received`)).json()) as { bytes: number }).bytes };
}

/** An S3 server whose prefix `N/` has N objects, none of which it holds. */
export async function startLongListing(life: ScriptLifetime): Promise<{ url: string; listed(): Promise<number> }> {
  const main = fileURLToPath(new URL('../processes/long-listing.ts', import.meta.url));
  const url = await forked(main, [], { execArgv: ['--import', 'tsx', '--conditions=source'] }, life);
  return { url, listed: async () => Number(await (await fetch(`${url}/-/listed`)).text()) };
}

async function forked(
  main: string,
  args: readonly string[],
  { env, execArgv }: { env?: Record<string, string>; execArgv: string[] },
  life: ScriptLifetime,
): Promise<string> {
  const child = fork(main, [...args], { execArgv, env: cleanEnvironment(env), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  life.add(() => endProcess(child));
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${main} ended with ${String(code)}`)));
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
  ended.catch(() => undefined);
  return message.url.replace('localhost', '127.0.0.1');
}
