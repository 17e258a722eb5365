import type { EventResource } from '../domain/event-resource.ts';
import type { EventTree } from '../domain/event-tree.ts';
import { createClient as createPlainClient } from './create-client.ts';
import type { EventProgress, TicklessClient } from './create-client.ts';
import type { ReplayedAnswer } from './event-request.ts';
import type { DataOf, Events, ReplaySentOptions, ResultsOf, SendOptions, SentEvent, TypeOf } from './typed-events.ts';

export interface ClientOptions {
  /** Where the service is, as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** One of the service's API keys, where it has any. */
  readonly key?: string | undefined;
  /** Instead of the platform's own. */
  readonly fetch?: typeof fetch;
}

export interface Client<Known extends Events> extends TicklessClient {
  /**
   * Sends an event of a type that is known, and what its type takes as data.
   * @throws TicklessError
   */
  send<Type extends TypeOf<Known>>(
    type: Type,
    data: DataOf<Known, Type>,
    options?: SendOptions,
  ): Promise<SentEvent<ResultsOf<Known, Type>>>;
  /**
   * Runs an event again that has failed or was cancelled.
   * @throws TicklessError
   */
  replay(id: string, options?: ReplaySentOptions): Promise<ReplayedAnswer | EventResource>;
  /** How an event stands, whenever that changes, to its end. */
  watch(id: string): AsyncGenerator<EventProgress | EventResource, void>;
  /** All that has followed from the first event of the tree that an event belongs to. @throws TicklessError */
  tree(id: string): Promise<EventTree>;
}

/** A client of a service that has these events: `createClient<typeof events>({ url })`. It keeps nothing open between calls. */
export function createClient<const Known extends Events = Events>({ url, key, fetch }: ClientOptions): Client<Known> {
  const plain = createPlainClient({ url, apiKey: key, ...(fetch && { fetch }) });
  return {
    ...plain,

    async send(type, data, { waitMs, idempotencyKey, ...said } = {}) {
      const answer = await plain.events.submit({ ...said, type, data }, { waitSeconds: toSeconds(waitMs), idempotencyKey });
      const { id, tier, status } = answer;
      const { error, result } = 'workflow' in answer ? answer : { error: null, result: null };
      // The service keeps what its types' stages give; of one that has failed only what those before the fault gave.
      return { id, type, tier, status, error, result: (status === 'completed' || status === 'partial' ? result : null) as never };
    },

    replay: (id, { waitMs, ...asked } = {}) => plain.events.replay(id, { ...asked, waitSeconds: toSeconds(waitMs) }),
    tree: plain.events.tree,

    async *watch(id) {
      for await (const message of plain.events.stream(id)) yield message.kind === 'progress' ? message.progress : message.resource;
    },
  };
}

function toSeconds(waitMs: number | undefined): number | undefined {
  return waitMs === undefined ? undefined : waitMs / 1_000;
}
