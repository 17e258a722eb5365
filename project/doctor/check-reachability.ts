import { createAddressGuard } from '../../activities/callbacks/address-guard.ts';
import { checkUrl } from '../../activities/callbacks/check-url.ts';
import { createGuardedConnector } from '../../activities/callbacks/guarded-agent.ts';
import { GuardedError } from '../../activities/callbacks/guarded-error.ts';
import { fault, ok } from './finding.ts';
import type { Finding } from './finding.ts';
import { reasonOf } from './reason-of.ts';

export interface Reachability {
  readonly url: string;
  /** By which it is told of. */
  readonly check: 'callback' | 'alerts';
  /** `CALLBACK_ALLOW`, and what else the service opens. */
  readonly allowCidrs: readonly string[];
  /** Certificates (PEM) to trust instead of the well-known ones. */
  readonly ca?: string;
}

const REFUSED = {
  callback: 'An event with this callback would be refused',
  alerts: 'With this ALERT_URL no process starts',
} as const;

/** Says what the service's guard says to a URL that messages are sent to, resolves its name and connects, and sends nothing. */
export async function checkReachability({ url: text, check, allowCidrs, ca }: Reachability): Promise<Finding> {
  const guard = createAddressGuard(allowCidrs);
  const checked = checkUrl(text, guard);
  if (!checked.ok) return fault(check, `${REFUSED[check]}: ${checked.reason}.`, 'Give another URL, or open the address by CALLBACK_ALLOW.');
  const { protocol, hostname, host, port } = checked.url;
  const connect = createGuardedConnector({ guard, ...(ca !== undefined && { ca }) });
  const name = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    connect({ hostname: name, host, protocol, port, servername: name }, (...[error, socket]) => {
      if (error === null) {
        const peer = socket.remoteAddress ?? 'it';
        socket.destroy();
        resolve(
          ok(check, `${checked.origin} is reached, at ${peer}${protocol === 'https:' ? ', with a certificate that is trusted' : ''}.`),
        );
      } else if (error instanceof GuardedError) {
        resolve(
          fault(
            check,
            `${checked.origin} is refused by the guard: ${error.message}.`,
            'Give another URL, or open the address by CALLBACK_ALLOW.',
          ),
        );
      } else {
        resolve(
          fault(
            check,
            `${checked.origin} can't be reached from here: ${reasonOf(error)}.`,
            'See that the receiver runs, and that name, certificate and firewall let this machine in.',
          ),
        );
      }
    });
  });
}
