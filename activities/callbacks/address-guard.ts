import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

/** Says which addresses a request made for a caller may go to. */
export interface AddressGuard {
  /** `address` is an IPv4 or IPv6 address without brackets; anything else is refused. */
  isAllowed(address: string): boolean;
}

// Callers name addresses as they like.
const MAX_KNOWN = 1_000;

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];

/**
 * Allows public unicast addresses and what the operator opened.
 * NAT64, 6to4 and Teredo addresses carry an IPv4 address inside; their ranges are refused as a whole.
 * @param allowCidrs `CALLBACK_ALLOW`, such as `10.0.0.0/8` or `fd00::/8`
 * @throws Error that names the first entry that is no CIDR
 */
export function createAddressGuard(allowCidrs: readonly string[]): AddressGuard {
  const opened = allowCidrs.map(parseCidr);
  const known = new LRUCache<string, boolean>({ max: MAX_KNOWN });

  function judge(text: string): boolean {
    if (isIP(text) === 0) return false;
    const address = ipaddr.process(text);
    return isPublic(address) || opened.some((cidr) => contains(cidr, address));
  }

  return {
    isAllowed(text) {
      const before = known.get(text);
      if (before !== undefined) return before;
      const allowed = judge(text);
      known.set(text, allowed);
      return allowed;
    },
  };
}

/** ipaddr calls everything without a name unicast, `::7f00:1` too; IANA has given out `2000::/3` only. */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST);
}

const GLOBAL_UNICAST: Cidr = ipaddr.parseCIDR('2000::/3');

function contains(cidr: Cidr, address: Address): boolean {
  return cidr[0].kind() === address.kind() && address.match(cidr);
}

/** A range of IPv4-mapped addresses becomes one of IPv4, since addresses are compared in that form. */
function parseCidr(text: string): Cidr {
  const [network = '', bits = '', ...rest] = text.split('/');
  const family = isIP(network);
  const isCidr = family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  if (!isCidr || rest.length > 0) {
    throw new Error(`CALLBACK_ALLOW: "${text}" is not a CIDR such as 10.0.0.0/8 or fd00::/8`);
  }
  const address = ipaddr.parse(network);
  if ('octets' in address || !address.isIPv4MappedAddress() || Number(bits) < 96) return [address, Number(bits)];
  return [address.toIPv4Address(), Number(bits) - 96];
}
