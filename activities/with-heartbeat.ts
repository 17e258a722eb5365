import { Context } from '@temporalio/activity';

// Of what takes longer than this: most is over by then, and costs the engine no call.
const HEARTBEAT_EVERY_MS = 1_000;

/** Tells the engine that this process lives for as long as the work takes. */
export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const activity = Context.current();
  const beat = setInterval(() => activity.heartbeat(), HEARTBEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
