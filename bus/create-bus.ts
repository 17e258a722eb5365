import { NO_NEEDS } from '../domain/call-queue.ts';
import type { PlaceNeed } from '../domain/call-queue.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import { toPriority } from '../domain/tier.ts';
import { chainThrough } from '../domain/follow-up-chain.ts';
import { PermanentError } from '../domain/handler-errors.ts';
import { delay } from '../handlers/delay.ts';
import type { Added } from '../handlers/emitter.ts';
import { Stopped } from '../handlers/stopped.ts';
import { within } from '../runtime/within.ts';
import { BusError } from './bus-error.ts';
import type { Bus, BusHandler, BusOptions, EmitOptions, HandlerResult, ListenOptions, Off, StreamOptions } from './bus.ts';
import type { Call, Said, Subscription } from './call.ts';
import { createDispatcher } from './dispatcher.ts';
import { Emission } from './emission.ts';
import { createErrorReports } from './error-reports.ts';
import { createEventStream } from './event-stream.ts';
import { lendServices } from './lend-services.ts';
import { createMakeEvent } from './make-event.ts';
import { parseData } from './parse-data.ts';
import { subscribeService } from './send-to-service.ts';
import { createStageWork } from './stage-work.ts';
import { subscribeDefinitions, subscribeListener } from './subscriptions.ts';
import { createTopics } from './topics.ts';
import type { Topic } from './topics.ts';

type OnResults = (results: readonly HandlerResult[]) => void;

const TAKEN = Promise.resolve(true);
const REFUSED = Promise.resolve(false);
const NOTHING_SAID: EmitOptions = {};
const MAX_QUEUED = 10_000;
const MAX_BUFFERED = 1_000;
const CLOSE_WITHIN_MS = 10_000;
// What is told to stop has so long to do so.
const GRACE_MS = 1_000;

/**
 * A bus in this process: events of types that are defined, handlers by priority, so many at once as is said, nothing durable.
 * @throws Error for what can't work: two types of one name, a handler for a type that it hasn't, a concurrency of 0
 */
export function createBus(options: BusOptions = {}): Bus {
  const { log = console, concurrency = Infinity, maxQueued = MAX_QUEUED, onFull = 'wait', durable } = options;
  if (durable !== undefined && (options.handlers ?? []).length > 0) {
    throw new Error('a bus by a service has no handlers: register with on() what is to run here');
  }
  if (!(concurrency >= 1)) throw new Error(`a bus needs a concurrency of 1 or more, not ${concurrency}`);
  if (!(maxQueued >= 1)) throw new Error(`a bus needs a maxQueued of 1 or more, not ${maxQueued}`);
  const stopping = new AbortController();
  const { signal } = stopping;
  const errors = createErrorReports(log);
  if (options.onError !== undefined) errors.listen(options.onError);
  const { lent, ready, dispose } = lendServices(options, (error) => errors.tell(error, { type: null, event: null, handler: null }));
  const use = [...(options.use ?? [])];
  const stageWork = createStageWork({ lent, use, log, signal, follow, now: Date.now, monotonicMs: () => performance.now() });
  const dispatcher = createDispatcher({
    concurrency,
    maxQueued,
    ready,
    signal,
    follow,
    onFailure: (error, { event, subscription }) => errors.tell(error, { type: event.type, event, handler: subscription.name }),
  });
  const topics = createTopics(options.events, options.handlers ?? [], (definition, handlers) =>
    durable === undefined
      ? subscribeDefinitions(definition, handlers, stageWork)
      : [subscribeService(definition, { service: durable, signal, onSent: (event) => pushTo(topics.of(definition), event) })],
  );
  const makeEvent = createMakeEvent(randomId(), Date.now);
  let listeners = 0;
  let order = 0;
  let closing: Promise<void> | null = null;

  return {
    on: (event, handler, said) => listen(event, handler, said, false),
    once: (event, handler, said) => listen(event, handler, said, true),

    off(event, handler) {
      const topic = topics.of(event);
      const ended = topic.subscriptions.filter((subscription) => subscription.handler === handler);
      for (const subscription of ended) takeOff(topic, subscription);
      return ended.length > 0;
    },

    emit: (event, data, said) => submit(event, data, said, null),

    emitAndWait,

    async emitBatch(events, { mode = 'concurrent' } = {}) {
      const results: (readonly HandlerResult[])[] = [];
      if (mode === 'concurrent') return Promise.all(events.map((event) => emitAndWait(...event)));
      for (const event of events) results.push(await emitAndWait(...event));
      return results;
    },

    stream<HandledData>(event: EventDefinition, { maxBuffered = MAX_BUFFERED, onFull: onBehind = 'drop' }: StreamOptions = {}) {
      const { streams } = topics.of(event);
      const stream = createEventStream<HandledEvent>({ maxBuffered, onFull: onBehind, onEnd: () => void streams.delete(stream) });
      if (closing === null) streams.add(stream);
      else stream.end();
      return stream.reader as AsyncIterableIterator<HandledEvent<HandledData>, undefined>;
    },

    use: (middleware) => void use.push(middleware),

    onError: errors.listen,
    idle: dispatcher.idle,

    close({ withinMs = CLOSE_WITHIN_MS } = {}) {
      closing ??= close(withinMs);
      return closing;
    },
  };

  function emitAndWait(event: EventDefinition, data: unknown, said?: EmitOptions): Promise<readonly HandlerResult[]> {
    return new Promise((resolve) => void submit(event, data, said, resolve));
  }

  function listen(definition: EventDefinition, handler: BusHandler<never>, said: ListenOptions<never> = {}, isOnce: boolean): Off {
    const topic = topics.of(definition);
    listeners += 1;
    // In a service an event is on disk before anybody here hears of it.
    const after = durable === undefined ? [] : topic.subscriptions.slice(0, 1);
    const listener = { definition, handler, options: said, isOnce, number: listeners, after };
    const subscription = subscribeListener(listener, { lent, use, signal, log }, stageWork);
    topics.change(topic, [...topic.subscriptions, subscription]);
    return () => takeOff(topic, subscription);
  }

  function takeOff(topic: Topic, subscription: Subscription): void {
    subscription.isOff = true;
    forget(topic, subscription);
  }

  /** No event that comes is for it any more. */
  function forget(topic: Topic, subscription: Subscription): void {
    topics.change(
      topic,
      topic.subscriptions.filter((other) => other !== subscription),
    );
  }

  /** @throws BusError `bus_full`, where it is said that it throws and nobody waits for results */
  function submit(definition: EventDefinition, data: unknown, said = NOTHING_SAID, onResults: OnResults | null): Promise<boolean> {
    let topic: Topic | null = null;
    try {
      topic = topics.of(definition);
      if (closing !== null) throw new BusError('bus_closed', `the bus is closed: it takes no "${definition.type}"`);
      if (onFull !== 'wait' && dispatcher.isFull()) throw new BusError('bus_full', `${maxQueued} calls wait already`);
      const parsed = parseData(definition, data);
      if (!(parsed instanceof Promise)) return begin(topic, parsed, data, said, onResults);
      return beginLater(topic, parsed, data, said, onResults);
    } catch (error) {
      if (onFull === 'throw' && onResults === null && error instanceof BusError && error.code === 'bus_full') throw error;
      return refuse(definition, topic, error, onResults);
    }
  }

  async function beginLater(
    topic: Topic,
    parsing: Promise<unknown>,
    given: unknown,
    said: Said,
    onResults: OnResults | null,
  ): Promise<boolean> {
    dispatcher.opened();
    try {
      return await begin(topic, await parsing, given, said, onResults);
    } catch (error) {
      return await refuse(topic.definition, topic, error, onResults);
    } finally {
      dispatcher.settled();
    }
  }

  function refuse({ type }: EventDefinition, topic: Topic | null, error: unknown, onResults: OnResults | null): Promise<boolean> {
    errors.tell(error, { type, event: null, handler: null });
    onResults?.(topic?.subscriptions.map(({ name }) => ({ handler: name, status: 'rejected', reason: error })) ?? []);
    return REFUSED;
  }

  /** @throws what the functions of its type throw */
  function begin(topic: Topic, data: unknown, given: unknown, said: Said, onResults: OnResults | null): Promise<boolean> {
    const { definition, subscriptions, isOrdered } = topic;
    const event = makeEvent(definition, data, said);
    const priority = toPriority(event.tier);
    const emission = onResults === null && !isOrdered ? null : new Emission(onResults, isOrdered);
    const ordered: Call[] = [];
    for (const subscription of subscriptions) {
      let needs: readonly PlaceNeed[] | null = NO_NEEDS;
      let fault: Call['fault'] = null;
      if (subscription.prepare !== null) {
        try {
          needs = subscription.prepare(event);
        } catch (error) {
          fault = { error };
        }
        if (needs === null) continue;
      }
      if (subscription.isOnce) forget(topic, subscription);
      order += 1;
      const index = emission === null ? 0 : emission.add(subscription);
      const call = {
        subscription,
        event,
        given,
        said,
        emission,
        index,
        priority: subscription.priority ?? priority,
        order,
        needs,
        fault,
        run: null,
        emitted: null,
      };
      dispatcher.opened();
      if (isOrdered) ordered.push(call);
      else dispatcher.enqueue(call);
    }
    // Who comes after others is known once all are there.
    for (const call of ordered) if (emission === null || !emission.holds(call)) dispatcher.enqueue(call);
    emission?.seal();
    if (durable === undefined) pushTo(topic, event);
    return whenRoom(topic);
  }

  async function follow(call: Call): Promise<Added> {
    const { emitted } = call;
    if (emitted === null) return {};
    call.emitted = null;
    const chain = chainThrough(call.event.type, call.said.chain);
    try {
      const parsed = await Promise.all(emitted.map(({ event, data }) => parseData(topics.of(event).definition, data)));
      emitted.forEach(({ event, data, options: { delayMs = 0, ...asked } }, index) => {
        const whenDue = delay(delayMs, signal).then(() => parsed[index]);
        // It doesn't reject.
        void beginLater(topics.of(event), whenDue, data, { ...asked, chain }, null);
      });
      return {};
    } catch (error) {
      // To try again what has emitted it would change nothing.
      throw error instanceof BusError ? new PermanentError(error.code, error.message) : error;
    }
  }

  function pushTo({ definition: { type }, streams }: Topic, event: HandledEvent): void {
    for (const stream of streams) {
      if (stream.push(event)) continue;
      const error = new BusError('bus_full', `the reader of a stream of "${type}" is behind`);
      errors.tell(error, { type, event, handler: null });
    }
  }

  function whenRoom({ streams }: Topic): Promise<boolean> {
    const room = onFull === 'wait' ? dispatcher.room() : null;
    if (room === null && streams.size === 0) return TAKEN;
    const behind = [room, ...Array.from(streams, (stream) => stream.room())].filter((one) => one !== null);
    return behind.length === 0 ? TAKEN : Promise.all(behind).then(() => true);
  }

  async function close(withinMs: number): Promise<void> {
    for (const { streams } of topics.all()) for (const stream of [...streams]) stream.end();
    if (!(await dispatcher.idleWithin(withinMs))) {
      stopping.abort(new Stopped('shutdown'));
      dispatcher.stop();
      await dispatcher.idleWithin(GRACE_MS);
    }
    await within(dispose(), GRACE_MS);
  }
}

/** 96 random bits. Not `randomUUID`, which browsers keep from pages that came without TLS. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
