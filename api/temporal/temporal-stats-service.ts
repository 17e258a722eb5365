import type { Client } from '@temporalio/client';
import { EMPTY_DAY, toPoints } from '../../domain/stats-day.ts';
import { readPoints } from '../../temporal/stats.ts';
import type { ReadFigures } from '../figures.ts';
import type { StatsService } from '../stats-service.ts';

/** Statistics as a workflow for each tenant keeps them, and figures of now. */
export function createTemporalStatsService(client: Client, figures: ReadFigures, now: () => number): StatsService {
  return {
    async read({ tenant, minutes }) {
      const nowMs = now();
      const [points, { destinations, ...standing }] = await Promise.all([readPoints(client, tenant, { minutes, nowMs }), figures(tenant)]);
      return {
        points: points ?? toPoints(EMPTY_DAY, minutes, nowMs),
        now: { ...standing, destinationsOpen: destinations.open },
      };
    },
  };
}
