import { PINNED_VERSION } from '../../engine/version.ts';
import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

/** Of the server in `docker-compose.yml`. */
export const COMPOSED_SERVER = '1.30.1';

export interface EngineAnswer {
  readonly address: string;
  readonly isEmbedded: boolean;
  readonly serverVersion: string;
}

/** Looks at the version of an engine that answers: the tests run on two. */
export function checkVersion({ address, isEmbedded, serverVersion }: EngineAnswer): Finding {
  const message = `The engine at ${address} answers, with version ${serverVersion || '(it says none)'} of Temporal's server.`;
  if (isEmbedded) {
    if (serverVersion === PINNED_VERSION.server) return ok('engine', message);
    return fault('engine', message, `Stop the service, and start it again: it runs version ${PINNED_VERSION.server} only.`);
  }
  const known = [PINNED_VERSION.server, COMPOSED_SERVER].map(minorOf);
  if (known.includes(minorOf(serverVersion))) return ok('engine', message);
  return warning('engine', `${message} It is tested with ${known.join(' and ')} only.`, 'Try it before it is used in earnest.');
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
