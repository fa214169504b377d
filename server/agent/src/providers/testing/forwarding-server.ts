// Owns a server between a provider and the real one behind it: a test looks at each request, changes it, or loses its answer.
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { bodyOf, scriptedServer, type ScriptedServer } from './scripted-server.ts';

export interface Forwarded {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  body: Buffer;
  /** Hands the request on; fulfils with the status when the answer has come, which goes back unless `silent`. */
  forward(silent?: boolean): Promise<number>;
}

/** `meddle` gets every request, and forwards it itself or not. The Host header goes on as it came: signatures cover it. */
export function forwardingServer(origin: string, meddle: (exchange: Forwarded) => Promise<unknown>): Promise<ScriptedServer> {
  return scriptedServer(async (req, res) => {
    const exchange: Forwarded = {
      req,
      res,
      body: await bodyOf(req),
      forward: (silent = false) => handOn(origin, exchange, silent),
    };
    await meddle(exchange);
  });
}

function handOn(origin: string, { req, res, body }: Forwarded, silent: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const onward = ask(new URL(req.url ?? '/', origin), { method: req.method, headers: req.headers }, (answer) => {
      const status = answer.statusCode ?? 0;
      answer.on('error', reject);
      answer.on('end', () => resolve(status));
      if (silent) answer.resume();
      else answer.pipe(res.writeHead(status, answer.headers));
    });
    onward.on('error', reject);
    onward.end(body);
  });
}
