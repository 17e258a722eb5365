import type { TicklessClient } from '../client/create-client.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import { BusError } from './bus-error.ts';
import { ANYBODY } from './call.ts';
import type { Said, Subscription } from './call.ts';

export interface ServiceDependencies {
  readonly service: DurableService;
  readonly signal: AbortSignal;
  /** Called once an event is on disk there. */
  readonly onSent: (event: HandledEvent) => void;
}

/** Has a service handle a type's events: what is of this process comes after it, and is given the id that the service knows. */
export function subscribeService({ type }: EventDefinition, { service, signal, onSent }: ServiceDependencies): Subscription {
  return {
    ...ANYBODY,
    name: type,
    async work({ event, given, said, emission }) {
      // Not what the schema makes of it, which the service's would be given again.
      const { id, result } = await sendToService({ type, data: given }, { service, said, waits: emission?.isAwaited ?? false, signal });
      Object.assign(event, { id });
      onSent(event);
      return result;
    },
  };
}

/** What of a client is used, as `createClient` of `tickless/client` makes it. */
export interface DurableService {
  readonly events: Pick<TicklessClient['events'], 'submit' | 'stream'>;
}

interface SendOptions {
  readonly service: DurableService;
  readonly said: Said;
  /** For its end rather than until it is on disk. */
  readonly waits: boolean;
  readonly signal: AbortSignal;
}

interface Sent {
  readonly id: string;
  /** Of its stages, by their names; null where they aren't waited for. */
  readonly result: EventResource['result'];
}

// As long as a service lets anybody wait.
const WAIT_SECONDS = 60;

/**
 * Sends an event to a service.
 * @throws TicklessError; BusError with the event's code where it is waited for and doesn't complete
 */
async function sendToService(
  { type, data }: Pick<HandledEvent, 'type' | 'data'>,
  { service, said, waits, signal }: SendOptions,
): Promise<Sent> {
  // The service knows no causes but its own.
  const { chain: _here, ...asked } = said;
  const answer = await service.events.submit({ ...asked, type, data }, waits ? { waitSeconds: WAIT_SECONDS } : {});
  const { id } = answer;
  if (!waits) return { id, result: null };
  const { status, result, error } = 'workflow' in answer ? answer : await endOf(service, id, signal);
  if (status === 'completed') return { id, result };
  throw new BusError(error?.code ?? status, error?.message ?? `the event "${id}" is ${status}`);
}

async function endOf({ events }: DurableService, id: string, signal: AbortSignal): Promise<EventResource> {
  for await (const message of events.stream(id, { signal })) if (message.kind === 'ended') return message.resource;
  throw new BusError('bus_closed', `the bus was closed before the event "${id}" had ended`);
}
