import { isIP } from 'node:net';
import { fitsKeyword } from '../../temporal/durable/keyword.ts';
import type { AddressGuard } from './address-guard.ts';

/** `origin` is scheme, host and port: the unit of pooling and of the breaker. */
export type CheckedUrl =
  | { readonly ok: true; readonly url: URL; readonly origin: string }
  | { readonly ok: false; readonly reason: string };

const MAX_URL_CHARACTERS = 2_048;
// RFC 1035, section 2.3.4, without the root's dot.
const MAX_HOST_CHARACTERS = 253;

/**
 * Refuses what can be refused by the text alone, so at the POST; `reason` is fit for the caller.
 * Other names pass here: what they resolve to is checked at every connect.
 */
export function checkUrl(text: string, guard: AddressGuard): CheckedUrl {
  if (text.length > MAX_URL_CHARACTERS) return refuse(`the URL is longer than ${MAX_URL_CHARACTERS} characters`);
  const url = parseUrl(text);
  if (!url) return refuse('this is not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse('the URL must be http or https');
  if (url.username !== '' || url.password !== '') return refuse('the URL must not hold a user name or password');
  if (url.port === '0') return refuse('port 0 cannot be connected to');
  if (url.hostname.replace(/\.$/, '').length > MAX_HOST_CHARACTERS)
    return refuse(`the host's name is longer than ${MAX_HOST_CHARACTERS} characters`);
  // What waits for an origin is found by it.
  if (!fitsKeyword(url.origin)) return refuse('scheme, host and port have more than 255 characters, of which quotes count for three');
  if (!isHostAllowed(url.hostname, guard))
    return refuse(`"${url.hostname}" is not a public address; CALLBACK_ALLOW, a setting of the service, opens others`);
  return { ok: true, url, origin: url.origin };
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** The URL parser has turned decimal, octal, hexadecimal, short and full-width IPv4 into four octets by now. */
function isHostAllowed(hostname: string, guard: AddressGuard): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return guard.isAllowed(host);
  if (!/(^|\.)localhost\.?$/.test(host)) return true;
  return guard.isAllowed('127.0.0.1') || guard.isAllowed('::1');
}

function refuse(reason: string): CheckedUrl {
  return { ok: false, reason };
}
