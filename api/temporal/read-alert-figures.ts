import type { Client } from '@temporalio/client';
import type { AlertFigures } from '../../domain/alert-conditions.ts';
import { isUnavailable } from '../../temporal/engine-call.ts';
import type { ReadFigures } from '../figures.ts';
import { lackingWorkers } from './lacking-worker.ts';

/** Reads how the cluster stands, for alerts: as much of it as can be read, since an engine that is slow, or limits that no worker answers for, are what alerts tell of. */
export async function readAlertFigures(client: Client, readFigures: ReadFigures): Promise<AlertFigures> {
  const [lacking, figures] = await Promise.all([ifAvailable(lackingWorkers(client)), ifAvailable(readFigures(null))]);
  return {
    unserved: lacking && lacking.map(({ queue }) => queue),
    standing: figures && {
      backlog: Object.values(figures.backlog).reduce((sum, count) => sum + count, 0),
      destinationsOpen: figures.destinations.open,
      permits: Object.fromEntries(
        Object.entries(figures.permits).map(([key, { waiting, longestHeldMs }]) => [key, { waiting, longestHeldMs }]),
      ),
    },
  };
}

async function ifAvailable<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw error;
  }
}
