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
      if (!(error instanceof TransportError)) throw error;
      if (monotonicMs() > deadline) {
        throw new Error(`No engine answers at ${address} (TEMPORAL_ADDRESS): ${error.message}`, { cause: error });
      }
      if (isFirst) logger.warn({ address, reason: error.message }, 'waiting for the engine');
    }
    await pause(TRY_EVERY_MS);
  }
}
