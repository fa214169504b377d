// Owns what the address of a log destination may be, and which URL it makes.
import { isIP } from 'node:net';
import { refusal } from '../failure.ts';

/** `auto`: HTTPS, which is the default of Splunk's collector; plain HTTP only where nothing leaves the machine. */
export type LogScheme = 'auto' | 'https' | 'http';

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const hostName = new RegExp(`^${label}(?:\\.${label})*\\.?$`, 'i');
const token = /^[!-~]{1,100}$/;

/** Trimmed and checked: a host name or an IP address and nothing around it. */
export function serverAddressOf(value: string): string {
  const address = value.trim().replace(/^\[(.*)\]$/, '$1');
  if (address.length <= 100 && (isIP(address) !== 0 || hostName.test(address))) return address;
  throw refusal('DEFAULT', 'The serverAddress has to be a host name or an IP address, without scheme, port and path.');
}

export function servicePortOf(value: string): string {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port >= 1 && port <= 65_535) return String(port);
  throw refusal('DEFAULT', 'The servicePort has to be a number from 1 to 65535, as a string.');
}

/** It travels in a header. */
export function ingestTokenOf(value: string): string {
  if (token.test(value)) return value;
  throw refusal('DEFAULT', 'The token has to be 1 to 100 printable ASCII characters without spaces.');
}

export function baseUrlOf({ serverAddress, servicePort }: { serverAddress: string; servicePort: string }, scheme: LogScheme): string {
  const host = isIP(serverAddress) === 6 ? `[${serverAddress}]` : serverAddress;
  const plain = scheme === 'http' || (scheme === 'auto' && isLoopback(serverAddress));
  return `${plain ? 'http' : 'https'}://${host}:${servicePort}`;
}

const isLoopback = (address: string): boolean =>
  /^(?:localhost|.+\.localhost)\.?$/i.test(address) || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
