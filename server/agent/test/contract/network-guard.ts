// Owns keeping generated addresses from leading anywhere: while the guard is on, only the given loopback ports can be reached.
import { Socket } from 'node:net';

type Connect = typeof Socket.prototype.connect;
interface Target {
  readonly host?: string;
  readonly port?: number | string;
  readonly path?: string;
}

const loopback = new Set(['localhost', '127.0.0.1', '::1']);

export interface NetworkGuard {
  allow(url: string): void;
  /** What somebody wanted to reach and did not. */
  readonly refused: ReadonlySet<string>;
  lift(): void;
}

/** Every connection of this process, TLS included, begins here; a refused one fails as if nobody listened. No name is looked up for it. */
export function guardNetwork(): NetworkGuard {
  const [ports, refused] = [new Set<string>(), new Set<string>()];
  // Put back as it was; it is only ever called on the socket that it was called on.
  // oxlint-disable-next-line typescript/unbound-method
  const original: Connect = Socket.prototype.connect;
  const guarded = function (this: Socket, ...given: unknown[]): Socket {
    const { host = 'localhost', port, path } = targetOf(given);
    if (path !== undefined || (loopback.has(host) && ports.has(String(port)))) return Reflect.apply(original, this, given) as Socket;
    refused.add(`${host}:${String(port)}`);
    const error = Object.assign(new Error(`connect ECONNREFUSED ${host}:${String(port)}`), { code: 'ECONNREFUSED', syscall: 'connect' });
    process.nextTick(() => this.destroy(error));
    return this;
  };
  Socket.prototype.connect = guarded as Connect;
  return {
    allow: (url) => void ports.add(new URL(url).port),
    refused,
    lift: () => void (Socket.prototype.connect = original),
  };
}

/** `connect(options)`, `connect(port, host)`, `connect(path)`, or what `net.connect` has made of one of them: an array that begins with options. */
function targetOf([first, second]: readonly unknown[]): Target {
  if (Array.isArray(first)) return targetOf(first as unknown[]);
  if (typeof first === 'object' && first !== null) return first as Target;
  if (typeof first === 'number') return { port: first, ...(typeof second === 'string' && { host: second }) };
  return typeof first === 'string' && /^\d+$/.test(first) ? { port: first } : { path: String(first) };
}
