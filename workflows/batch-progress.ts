import { CancellationScope, proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { CallbackTarget } from '../domain/callback-message.ts';
import { WATCHED } from './watched.ts';

const { tellProgress } = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 1 },
});

const EVERY_MS = 1_000;

export interface ProgressTeller {
  /** The batch is further. What comes within a second is told together. */
  note(): void;
  /** Resolves when nothing is on its way: the terminal message comes last. */
  end(): Promise<void>;
}

const SILENT: ProgressTeller = { note: () => undefined, end: () => Promise.resolve() };

/** Tells the receiver of a batch's callback how far it is, at most once a second, where it asked for that. */
export function tellBatchProgress(target: CallbackTarget | null, resource: () => BatchResource): ProgressTeller {
  if (target === null || !target.callback.progress) return SILENT;
  const to = target;
  let telling: Promise<void> = Promise.resolve();
  let pausing: CancellationScope | null = null;
  let isDue = false;
  let isEnding = false;

  async function tell(): Promise<void> {
    if (isEnding) return;
    pausing = new CancellationScope();
    await pausing.run(() => sleep(EVERY_MS));
    // What comes from here on is news again.
    isDue = false;
    const data = resource();
    const number = Date.now();
    const message = { type: 'batch.progress', timestamp: new Date(number).toISOString(), data };
    await tellProgress({ target: { ...to, run: data.run }, message, number });
  }

  return {
    note() {
      if (isDue) return;
      isDue = true;
      // Cut short by the end, or sent in vain: neither is anybody's concern.
      telling = telling.then(tell).catch(() => undefined);
    },
    async end() {
      isEnding = true;
      pausing?.cancel();
      await telling;
      isEnding = false;
      isDue = false;
    },
  };
}
