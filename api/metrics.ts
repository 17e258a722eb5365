import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Catalog } from '../domain/catalog.ts';
import type { DeliveryCount } from '../domain/callback-record.ts';
import type { RunEnd } from '../domain/run-end.ts';
import type { Tier } from '../domain/tier.ts';
import { createTally } from './tally.ts';
import type { Tally } from './tally.ts';

/** What is counted and timed in this process, for Prometheus. */
export interface Metrics {
  readonly registry: Registry;
  /** The same by tenant and minute, for statistics. */
  readonly tally: Tally;
  accepted(event: CountedEvent, seconds: number): void;
  /** Items of a batch that has been accepted. */
  acceptedItems(items: CountedEvent, count: number): void;
  /** An event that a handler has emitted, and that is started. */
  followUp(event: CountedEvent): void;
  /** A verdict that is on record. */
  ended(end: RunEnd): void;
  shed(event: Pick<CountedEvent, 'tenant' | 'tier'>, reason: ShedReason): void;
  eagerMissed(): void;
  delivery(delivery: DeliveryCount): void;
  /** What becomes of the processes in which handlers run. */
  host(event: HostEvent): void;
  /** So long after its process was gone another had taken up what it was at. */
  recovered(seconds: number): void;
  /** Asked at each scrape from now on. */
  watchIntake(read: () => { readonly waiting: number; readonly inFlight: number }): void;
  /** Asked at each scrape from now on for what others measure, in Prometheus's format. */
  append(read: () => Promise<string>): void;
  /** All of it, as Prometheus reads it. */
  text(): Promise<string>;
}

export interface CountedEvent {
  readonly tenant: string;
  readonly type: string;
  readonly tier: Tier;
}

/** `suspected`: something was found to end its process, and is tried by itself from now on. */
export type HostEvent = 'started' | 'suspected' | { readonly ended: string };

export type ShedReason = 'intake' | 'backlog';

export function createMetrics({ find }: Pick<Catalog, 'find'>): Metrics {
  const registry = new Registry();
  const tally = createTally();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const accepted = new Counter({
    name: 'tickless_events_accepted_total',
    help: 'Events answered with 202 or 200, items of batches, and follow-ups that are started',
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
  const ended = new Counter({
    name: 'tickless_events_completed_total',
    help: 'Verdicts on record, each counted by the process that brought it there; what was ended by force in the engine is not among them',
    labelNames: ['type', 'tier', 'outcome'],
    registers,
  });
  const hostsStarted = new Counter({ name: 'tickless_hosts_started_total', help: 'Processes for handlers that were started', registers });
  const hostsEnded = new Counter({
    name: 'tickless_hosts_ended_total',
    help: 'Processes for handlers that came to an end, by how',
    labelNames: ['cause'],
    registers,
  });
  const suspects = new Counter({
    name: 'tickless_host_suspects_total',
    help: 'Runs that were found to end the process they run in',
    registers,
  });
  const recovery = new Histogram({
    name: 'tickless_recovery_seconds',
    help: 'How long the task of a light event lay with a process that was gone, until this one took it up',
    buckets: [0.25, 0.5, 1, 2, 3, 5, 10, 20, 60],
    registers,
  });
  const others: (() => Promise<string>)[] = [];
  // Where unknown types are accepted, callers name them as they like: each name would be kept for ever.
  const labelOf = (type: string): string => (find(type) === undefined ? 'unknown' : type);
  function acceptUnanswered(events: CountedEvent, count: number): void {
    accepted.inc({ type: labelOf(events.type), tier: events.tier }, count);
    tally.accepted(events, count);
  }

  return {
    registry,
    tally,
    accepted(event, ackSeconds) {
      const { type, tier } = event;
      accepted.inc({ type: labelOf(type), tier });
      tally.accepted(event, 1);
      seconds.observe({ tier, part: 'ack' }, ackSeconds);
    },
    acceptedItems: acceptUnanswered,
    followUp: (event) => acceptUnanswered(event, 1),
    ended(end) {
      const { type, tier, outcome, queuedMs, runMs } = end;
      ended.inc({ type: labelOf(type), tier, outcome });
      tally.ended(end);
      if (queuedMs !== null) seconds.observe({ tier, part: 'queued' }, queuedMs / 1_000);
      if (runMs !== null) seconds.observe({ tier, part: 'run' }, runMs / 1_000);
    },
    host(event) {
      if (event === 'started') hostsStarted.inc();
      else if (event === 'suspected') suspects.inc();
      else hostsEnded.inc({ cause: event.ended });
    },
    recovered: (lostSeconds) => recovery.observe(lostSeconds),
    append: (read) => void others.push(read),
    async text() {
      const texts = await Promise.all([registry.metrics(), ...others.map((read) => read())]);
      return texts.filter((text) => text !== '').join('\n');
    },
    shed(event, reason) {
      shed.inc({ tier: event.tier, reason });
      tally.shed(event);
    },
    eagerMissed: () => missed.inc(),
    delivery(delivery) {
      const { outcome, tier, seconds: sinceEnd } = delivery;
      deliveries.inc({ outcome });
      tally.delivery(delivery);
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
