import type { LookupAddress } from 'node:dns';
import { lookup as resolve } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import type { AddressGuard } from './address-guard.ts';
import { LEAST_CONNECTIONS } from '../../domain/riding.ts';
import { GuardedError } from './guarded-error.ts';
import { mendParser } from './mend-parser.ts';

/** Resolves a name to all its addresses. */
export type LookupAll = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface GuardedAgentOptions {
  readonly guard: AddressGuard;
  readonly connectionsPerOrigin?: number;
  /** Stands in for DNS in tests. */
  readonly lookup?: LookupAll;
  /** Certificates (PEM) to trust instead of the well-known ones. */
  readonly ca?: string;
}

/** Well under an attempt's 30 s, so a dead host is reported as such. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Just above an attempt's 30 s: the attempt's own clock decides, this is for other users of the agent. */
const ANSWER_TIMEOUT_MS = 35_000;
/** Below the 5 s after which Node servers close an idle connection, so we rarely write to a closing one. */
const KEEP_ALIVE_MS = 4_000;
/** Node's 250 ms is too short for far-away hosts with several addresses. */
const ADDRESS_ATTEMPT_MS = 1_000;

/**
 * A connection pool that only reaches addresses the guard allows.
 * A lookup hook alone is bypassed by literal hosts, so there are three checks: the literal host,
 * every address of the DNS answer (and those are then used), and the connected peer.
 * It knows no proxy and follows no redirect; TLS is verified whatever the environment says.
 */
export function createGuardedAgent({ connectionsPerOrigin = LEAST_CONNECTIONS, ...options }: GuardedAgentOptions): Agent {
  return new Agent({
    connections: connectionsPerOrigin,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    connect: createGuardedConnector(options),
  });
}

/** How such a pool connects: to nothing that the guard refuses. */
export function createGuardedConnector({
  guard,
  lookup = resolveAll,
  ca,
}: Omit<GuardedAgentOptions, 'connectionsPerOrigin'>): buildConnector.connector {
  const connect = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    lookup: createGuardedLookup(guard, lookup),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  });
  return (options, callback) => {
    const { hostname } = options;
    if (isIP(hostname) !== 0 && !guard.isAllowed(hostname)) {
      callback(new GuardedError(hostname, hostname), null);
      return;
    }
    connect(options, (...[error, socket]) => {
      if (error) {
        callback(error, null);
        return;
      }
      const peer = socket.remoteAddress ?? 'a closed connection';
      if (guard.isAllowed(peer)) {
        callback(null, socket);
        // undici has taken the socket over by then, and reads nothing from it before the next turn.
        mendParser(socket);
        return;
      }
      socket.destroy();
      callback(new GuardedError(hostname, peer), null);
    });
  };
}

/** One denied address among public ones refuses the name: such an answer is an attack or a mistake. */
function createGuardedLookup(guard: AddressGuard, lookup: LookupAll): LookupFunction {
  const check = async (hostname: string) => {
    const [first, ...others] = await lookup(hostname);
    // Node would throw out of reach of any handler if it got an empty list.
    if (!first) throw Object.assign(new Error(`"${hostname}" has no address`), { code: 'ENOTFOUND' });
    const denied = [first, ...others].find(({ address }) => !guard.isAllowed(address));
    if (denied) throw new GuardedError(hostname, denied.address);
    return { first, all: [first, ...others] };
  };
  return (hostname, options, callback) => {
    check(hostname).then(
      ({ first, all }) => (options.all ? callback(null, all) : callback(null, first.address, first.family)),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), ''),
    );
  };
}

function resolveAll(hostname: string): Promise<readonly LookupAddress[]> {
  return resolve(hostname, { all: true });
}
