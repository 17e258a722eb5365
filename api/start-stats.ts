import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Logger } from '../config/logger.ts';
import { within } from '../runtime/within.ts';
import { reasonOf } from '../temporal/engine-call.ts';
import { tellMinutes } from '../temporal/stats.ts';
import type { Tally } from './tally.ts';
import { createStatsTeller } from './tell-stats.ts';

export interface StartStatsOptions {
  readonly client: Client;
  readonly tally: Tally;
  readonly logger: Logger;
}

// So soon after its end a minute is told.
const LOOK_EVERY_MS = 5_000;
const STOP_WITHIN_MS = 1_000;

/**
 * Has this process tell the cluster, once a minute, what it has counted; and when it stops, what is left. Killed, it takes along what it
 * counted since it told last: a minute and some seconds at most.
 * @returns what stops it
 */
export function startStats({ client, tally, logger }: StartStatsOptions): () => Promise<void> {
  const process = randomUUID();
  const teller = createStatsTeller({
    tally,
    tell: ({ tenant, minutes }) => tellMinutes(client, tenant, { process, minutes }),
    onFailure: (error) => logger.debug({ reason: reasonOf(error) }, 'statistics could not be told'),
  });
  let telling: Promise<void> = Promise.resolve();
  let isTelling = false;
  const looking = setInterval(() => {
    if (isTelling) return;
    isTelling = true;
    telling = teller.tellOver().finally(() => {
      isTelling = false;
    });
  }, LOOK_EVERY_MS).unref();
  return async () => {
    clearInterval(looking);
    await within(
      telling.then(() => teller.tellAll()),
      STOP_WITHIN_MS,
    );
  };
}
