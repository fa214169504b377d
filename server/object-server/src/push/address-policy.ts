// Owns which addresses a push may go to, so that a request cannot make this server talk to what only this server can reach.

import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { fatal } from './push-failure.ts';

export interface AddressPolicy {
  /** Throws for a literal address that is forbidden; names are checked by `lookup` when they are resolved. */
  checkLiteral(hostname: string): void;
  lookup: LookupFunction;
}

const forbidden = (address: string): Error =>
  fatal(
    `A push to ${address} is not allowed: link-local, multicast and unspecified addresses are never, loopback ones only from a server on loopback.`,
  );

/** `loopback`: whether loopback addresses are allowed, which is for servers that listen nowhere else. */
export function addressPolicy(loopback: boolean): AddressPolicy {
  const blocked = new BlockList();
  blocked.addSubnet('0.0.0.0', 8, 'ipv4');
  blocked.addSubnet('169.254.0.0', 16, 'ipv4');
  blocked.addSubnet('224.0.0.0', 3, 'ipv4');
  blocked.addAddress('::', 'ipv6');
  blocked.addSubnet('fe80::', 10, 'ipv6');
  blocked.addSubnet('ff00::', 8, 'ipv6');
  if (!loopback) {
    blocked.addSubnet('127.0.0.0', 8, 'ipv4');
    blocked.addAddress('::1', 'ipv6');
  }
  const isBlocked = (address: string): boolean => blocked.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return {
    checkLiteral(hostname) {
      const address = hostname.replace(/^\[|\]$/g, '');
      if (isIP(address) !== 0 && isBlocked(address)) throw forbidden(address);
    },
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, []);
        const bad = addresses.find(({ address }) => isBlocked(address));
        if (bad !== undefined) return callback(forbidden(`${hostname} (${bad.address})`), []);
        const [first] = addresses;
        if (options.all === true) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      });
    },
  };
}
