import { setTimeout as pause } from 'node:timers/promises';
import { TransportError } from '@temporalio/worker';
import type { Logger } from '../config/logger.ts';
import { monotonicMs } from '../runtime/monotonic.ts';

export interface ReachOptions<Connection> {
  /** @throws TransportError if the engine isn't there, or not ready yet */
  readonly connect: () => Promise<Connection>;
  readonly address: string;
  readonly logger: Logger;
  readonly withinMs?: number;
}

// A server that was killed is ready again after 10 to 20 s, PostgreSQL's recovery included.
const WITHIN_MS = 60_000;
const TRY_EVERY_MS = 500;

/**
 * Connects to an engine that may still be starting, as where a machine starts with all that runs on it.
 * @throws an error that says where it has looked, if none is there in time
 */
export async function reachEngine<Connection>(options: ReachOptions<Connection>): Promise<Connection> {
  const { connect, address, logger, withinMs = WITHIN_MS } = options;
  const deadline = monotonicMs() + withinMs;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof TransportError)) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`No connection can be made to "${address}" (TEMPORAL_ADDRESS, as host:port): ${message}`, { cause: error });
      }
      const reason = reasonOf(error);
      if (monotonicMs() > deadline) throw new Error(`No engine answers at "${address}" (TEMPORAL_ADDRESS): ${reason}`, { cause: error });
      if (isFirst) logger.warn({ address, reason, forMs: withinMs }, 'waiting for the engine');
    }
    await pause(TRY_EVERY_MS);
  }
}

/** The SDK's core names a cause as Rust prints it for programmers: errors in errors, of which the innermost has the sentence. */
function reasonOf({ message }: Error): string {
  const innermost = [...message.matchAll(/(?:message|error): "([^"]+)"/g)].at(-1)?.[1];
  return innermost ?? message;
}
