import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Catalog } from '../domain/catalog.ts';
import type { DeliveryCount } from '../domain/callback-record.ts';
import type { Tier } from '../domain/tier.ts';

/** What is counted and timed in this process, for Prometheus. */
export interface Metrics {
  readonly registry: Registry;
  accepted(event: { readonly type: string; readonly tier: Tier }, seconds: number): void;
  shed(tier: Tier, reason: ShedReason): void;
  eagerMissed(): void;
  delivery(delivery: DeliveryCount): void;
  /** Asked at each scrape from now on. */
  watchIntake(read: () => { readonly waiting: number; readonly inFlight: number }): void;
}

export type ShedReason = 'intake' | 'backlog';

export function createMetrics({ find }: Pick<Catalog, 'find'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const accepted = new Counter({
    name: 'tickless_events_accepted_total',
    help: 'Events answered with 202 or 200',
    labelNames: ['type', 'tier'],
    registers,
  });
  const shed = new Counter({
    name: 'tickless_events_shed_total',
    help: 'Events refused for want of room',
    labelNames: ['tier', 'reason'],
    registers,
  });
  const missed = new Counter({
    name: 'tickless_eager_starts_missed_total',
    help: 'Light events that the engine did not hand back to this process at once',
    registers,
  });
  const seconds = new Histogram({
    name: 'tickless_event_seconds',
    help: 'How long parts of an event took',
    labelNames: ['tier', 'part'],
    buckets: [0.001, 0.002, 0.004, 0.006, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const deliveries = new Counter({
    name: 'tickless_deliveries_total',
    help: 'Attempts to deliver terminal messages, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  return {
    registry,
    accepted({ type, tier }, ackSeconds) {
      // Where unknown types are accepted, callers name them as they like: each name would be kept for ever.
      accepted.inc({ type: find(type) === undefined ? 'unknown' : type, tier });
      seconds.observe({ tier, part: 'ack' }, ackSeconds);
    },
    shed: (tier, reason) => shed.inc({ tier, reason }),
    eagerMissed: () => missed.inc(),
    delivery({ outcome, tier, seconds: sinceEnd }) {
      deliveries.inc({ outcome });
      if (outcome === 'delivered' && tier !== null) seconds.observe({ tier, part: 'callback' }, sinceEnd);
    },
    watchIntake(read) {
      const intake = new Gauge({
        name: 'tickless_intake',
        help: 'Events in the intake of this process',
        labelNames: ['state'],
        registers: [],
        collect() {
          const { waiting, inFlight } = read();
          this.set({ state: 'waiting' }, waiting);
          this.set({ state: 'in_flight' }, inFlight);
        },
      });
      registry.registerMetric(intake);
    },
  };
}
