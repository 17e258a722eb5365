import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/**
 * Tells the engine that this process lives for as long as an activity takes, so that its death is noticed soon whatever it was at.
 * Most is over before the first beat, and costs the engine no call.
 */
export function beatEvery(everyMs: number): ActivityInterceptorsFactory {
  return (context) => ({
    inbound: {
      async execute(input, next) {
        const beating = setInterval(() => context.heartbeat(), everyMs);
        try {
          return await next(input);
        } finally {
          clearInterval(beating);
        }
      },
    },
  });
}
