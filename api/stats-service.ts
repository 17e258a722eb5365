import type { StatsResource } from '../domain/stats-resource.ts';

export interface StatsService {
  /** @throws EngineUnavailableError */
  read(asked: { readonly tenant: string; readonly minutes: number }): Promise<StatsResource>;
}
