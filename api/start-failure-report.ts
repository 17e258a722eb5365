import type { Client } from '@temporalio/client';
import type { Logger } from '../config/logger.ts';
import { within } from '../runtime/within.ts';
import { tellFailures } from '../temporal/causes.ts';
import { reasonOf } from '../temporal/engine-call.ts';
import { createFailureReport } from './report-failures.ts';
import type { FailureReport } from './report-failures.ts';

export interface RunningFailureReport extends Pick<FailureReport, 'heard'> {
  stop(): Promise<void>;
}

const TELL_EVERY_MS = 1_000;
const STOP_WITHIN_MS = 1_000;

/** Has this process tell its cluster, once a second, of failures that nobody else can count. Killed, it takes along those of the last one. */
export function startFailureReport({ client, logger }: { readonly client: Client; readonly logger: Logger }): RunningFailureReport {
  const report = createFailureReport({
    tell: (tenant, failures) => tellFailures(client, tenant, failures),
    onFailure: (error) => logger.debug({ reason: reasonOf(error) }, 'failures could not be told'),
    now: Date.now,
  });
  let telling: Promise<void> | null = null;
  const ticking = setInterval(() => {
    telling ??= report.tellAll().finally(() => {
      telling = null;
    });
  }, TELL_EVERY_MS).unref();
  return {
    heard: report.heard,
    async stop() {
      clearInterval(ticking);
      await within(
        (telling ?? Promise.resolve()).then(() => report.tellAll()),
        STOP_WITHIN_MS,
      );
    },
  };
}
