import type { StatsPoint } from './stats-day.ts';
import type { Tier } from './tier.ts';

/** How things stand in the whole cluster at a moment. */
export interface Figures {
  /** Events, items among them, that wait for a permit of a limit that the configuration names. */
  readonly backlog: Readonly<Record<Tier, number>>;
  /** Events that are accepted and have no verdict, but those that wait for a permit; events that share a workflow are one. */
  readonly running: Readonly<Record<Tier, number>>;
  /** By the key of the limit. Keys that are made from events are not among them. */
  readonly permits: Readonly<Record<string, PermitFigures>>;
  /** Destinations of callbacks, by the state of their circuit breakers; well ones have none. */
  readonly destinations: { readonly open: number; readonly half_open: number };
}

export interface PermitFigures {
  readonly capacity: number;
  readonly held: number;
  readonly waiting: number;
  /** How long the oldest one has been held; 0 where none is. */
  readonly longestHeldMs: number;
}

/** What happened to a tenant's events lately, and how it stands. */
export interface StatsResource {
  /** A point a minute, the earliest first. */
  readonly points: readonly StatsPoint[];
  readonly now: Omit<Figures, 'destinations'> & { readonly destinationsOpen: number };
}
