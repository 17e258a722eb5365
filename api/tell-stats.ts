import type { Tally, TenantMinutes } from './tally.ts';

export interface TellStatsOptions {
  readonly tally: Pick<Tally, 'counted' | 'forget'>;
  /** Brings what this process has counted to where a tenant's day is kept; told again, it changes nothing. */
  readonly tell: (counted: TenantMinutes) => Promise<void>;
  /** Told of what couldn't be told now, and is tried again a minute later. */
  readonly onFailure: (error: unknown) => void;
}

export interface StatsTeller {
  /** Tells of the minutes that are over. */
  tellOver(): Promise<void>;
  /** Tells of the minute that isn't over too: for a process that counts no more. */
  tellAll(): Promise<void>;
}

const AT_ONCE = 8;

/** Tells the cluster what this process has counted. */
export function createStatsTeller({ tally, tell, onFailure }: TellStatsOptions): StatsTeller {
  async function tellEach(all: readonly TenantMinutes[]): Promise<void> {
    const left = all.values();
    const inTurn = async (): Promise<void> => {
      for (const counted of left) {
        try {
          await tell(counted);
          tally.forget(counted);
        } catch (error) {
          onFailure(error);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, inTurn));
  }

  return {
    tellOver: () => tellEach(tally.counted('over')),
    tellAll: () => tellEach(tally.counted('all')),
  };
}
