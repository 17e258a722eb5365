import type { Client } from '@temporalio/client';
import type { AlertFigures } from '../../domain/alert-conditions.ts';
import type { Figures } from '../../domain/stats-resource.ts';
import { isUnavailable } from '../../temporal/engine-call.ts';
import type { ReadFigures } from '../figures.ts';
import { lackingWorkers } from './lacking-worker.ts';

/** Reads how the cluster stands, for alerts. Where no worker answers for the limits, that much is known at least. */
export async function readAlertFigures(client: Client, readFigures: ReadFigures): Promise<AlertFigures> {
  const [lacking, figures] = await Promise.all([lackingWorkers(client), readFigures(null).catch(nullWhereUnavailable)]);
  return {
    unserved: lacking.map(({ queue }) => queue),
    standing: figures && {
      backlog: Object.values(figures.backlog).reduce((sum, count) => sum + count, 0),
      destinationsOpen: figures.destinations.open,
      permits: Object.fromEntries(
        Object.entries(figures.permits).map(([key, { waiting, longestHeldMs }]) => [key, { waiting, longestHeldMs }]),
      ),
    },
  };
}

function nullWhereUnavailable(error: unknown): Figures | null {
  if (isUnavailable(error)) return null;
  throw error;
}
