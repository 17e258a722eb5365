import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Logger } from '../config/logger.ts';
import type { AcceptSettings } from '../domain/accept-event.ts';
import { toAlertMessage } from '../domain/alert-message.ts';
import type { AlertMessage } from '../domain/alert-message.ts';
import type { Catalog } from '../domain/catalog.ts';
import { isDelivered } from '../domain/delivery.ts';
import type { CallbackAttempt } from '../domain/delivery.ts';
import { monotonicMs } from '../runtime/monotonic.ts';
import { within } from '../runtime/within.ts';
import { probeEngine, tellLook } from '../temporal/alerts.ts';
import { isUnavailable, reasonOf } from '../temporal/engine-call.ts';
import { createLookForAlerts } from './look-for-alerts.ts';
import type { Metrics } from './metrics.ts';
import { namedLimits } from './named-limits.ts';
import { readAlertCounts } from './read-alert-counts.ts';
import { readAlertFigures } from './temporal/read-alert-figures.ts';
import { createReadFigures } from './temporal/read-figures.ts';

export interface StartAlertsOptions {
  readonly client: Client;
  readonly catalog: Catalog;
  readonly acceptSettings: Pick<AcceptSettings, 'defaultLimit'>;
  readonly metrics: Pick<Metrics, 'registry'>;
  readonly logger: Logger;
  /** Where they are sent; nobody looks without. */
  readonly url: string | null;
  /** Signs and posts a message, at once. */
  readonly postNow: (message: AlertMessage) => Promise<CallbackAttempt>;
  /** So often this process looks: 30 s outside of tests. */
  readonly everyMs?: number;
}

// What the rules count (domain/alert.ts).
const LOOK_EVERY_MS = 30_000;
const STOP_WITHIN_MS = 1_000;

/** Has this process look for what alerts are about, and tell of it. @returns what stops it */
export function startAlerts(options: StartAlertsOptions): () => Promise<void> {
  const { client, catalog, acceptSettings, metrics, logger, url, postNow, everyMs = LOOK_EVERY_MS } = options;
  if (url === null) return () => Promise.resolve();
  const readFigures = createReadFigures(client, { limits: namedLimits(catalog, acceptSettings.defaultLimit), now: Date.now });
  const look = createLookForAlerts({
    process: randomUUID(),
    everyMs,
    url,
    readCounts: () => readAlertCounts(metrics.registry),
    readFigures: () => readAlertFigures(client, readFigures),
    probe: () => probeEngine(client),
    tell: (told) => tellLook(client, told),
    send: async (notice) => isDelivered(await postNow(toAlertMessage(notice, url))),
    isUnavailable,
    reasonOf,
    now: Date.now,
    monotonicMs,
    onFailure: (reason) => logger.debug({ reason }, 'a look for alerts failed'),
  });
  let looking: Promise<void> | null = null;
  const begin = (): void => {
    looking ??= look().finally(() => {
      looking = null;
    });
  };
  begin();
  const timer = setInterval(begin, everyMs).unref();
  return async () => {
    clearInterval(timer);
    if (looking !== null) await within(looking, STOP_WITHIN_MS);
  };
}
