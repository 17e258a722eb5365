import type { AcceptSettings } from '../domain/accept-event.ts';
import type { FetchForEvent, HandlerServices, Services } from '../domain/handler-services.ts';

/** What a process in which handlers run is told of the service's settings; JSON. */
export interface HandlerCompositionSettings {
  readonly dataDirectory: string;
  /** Ranges that handlers may fetch from besides public addresses, as CIDRs. */
  readonly callbackAllow: readonly string[];
  /** For events that handlers emit. */
  readonly accept: AcceptSettings;
  /** The longest that fetching for an event may take; as its handler says outside of tests. */
  readonly fetchTimeoutMs?: number;
}

/** What the service lends to handlers. Its connections are of its own: a slow site must not hold up callbacks to the same host. */
export function composeHandlerServices(
  { dataDirectory, callbackAllow, fetchTimeoutMs }: Omit<HandlerCompositionSettings, 'accept'>,
  services: Services,
): HandlerServices {
  let fetching: Promise<FetchForEvent> | undefined;

  // Read when it is first needed, since it takes half of the time that a host needs to start.
  async function create(): Promise<FetchForEvent> {
    const [{ createAddressGuard }, { createGuardedAgent }, { createGuardedFetch }] = await Promise.all([
      import('../activities/callbacks/address-guard.ts'),
      import('../activities/callbacks/guarded-agent.ts'),
      import('../activities/fetch/guarded-fetch.ts'),
    ]);
    const guard = createAddressGuard(callbackAllow);
    return createGuardedFetch({
      agent: createGuardedAgent({ guard }),
      guard,
      userAgent: 'Tickless',
      now: Date.now,
      ...(fetchTimeoutMs !== undefined && { longestMs: fetchTimeoutMs }),
    });
  }

  return {
    dataDirectory,
    services,
    fetch: async (url, limits) => {
      fetching ??= create();
      return (await fetching)(url, limits);
    },
  };
}
