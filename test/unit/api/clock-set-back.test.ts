import type { Client } from '@temporalio/client';
import { afterEach, expect, it, vi } from 'vitest';
import { createApi } from '../../../api/create-api.ts';
import { createLiveRuns } from '../../../api/live-runs.ts';
import { createMetrics } from '../../../api/metrics.ts';
import { parseEnvironment } from '../../../config/environment.ts';
import { createLogger } from '../../../config/logger.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { ACCEPT_SETTINGS } from '../../support/accept-settings.ts';
import { ownDefinitions } from '../../support/own-definitions.ts';
import { createAskHere } from '../../support/ask-here.ts';
import { until } from '../../support/until.ts';

const HOUR_MS = 3_600_000;

afterEach(() => void vi.restoreAllMocks());

it('lets callers in again when the window is over, though the clock was set back', async () => {
  const timeOfDay = Date.now;
  let backMs = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => timeOfDay() - backMs);
  const catalog = createCatalog(ownDefinitions);
  const { app } = await createApi({
    environment: parseEnvironment({ RATE_LIMIT: '1/100ms' }),
    logger: createLogger('silent'),
    // No event gets that far.
    client: { options: { namespace: 'default' } } as Client,
    catalog,
    otherTypes: null,
    acceptSettings: ACCEPT_SETTINGS,
    plugins: [],
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    address: '',
    uiUrl: null,
    queues: [],
    liveRuns: createLiveRuns(),
    metrics: createMetrics(catalog),
    observeEnd: () => undefined,
    checkCallback: () => [],
    stopping: new AbortController().signal,
    callbacksUnderWay: () => 0,
    connectionsTo: () => 1,
    runAhead: () => undefined,
    withdraw: () => false,
    ask: createAskHere(catalog),
  });
  const post = async () => (await app.request('/v1/events', { method: 'POST', body: '{}' })).status;
  expect(await post()).not.toBe(429);
  backMs = HOUR_MS;
  await until('the window is over', async () => (await post()) !== 429);
});
