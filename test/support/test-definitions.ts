import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { z } from 'zod';
import type { EventDefinition, HandlerContext } from '../../domain/define-event.ts';
import type { Progress } from '../../domain/event-run.ts';
import { defineEvent } from '../../domain/define-event.ts';
import { defineSubject } from '../../domain/define-subject.ts';
import { PermanentError, RetryLaterError } from '../../domain/handler-errors.ts';
import { deriveDecision } from '../../events/life/rules/decision.ts';
import { deriveMeaning } from '../../events/life/rules/meaning.ts';
import { initialSelfState } from '../../events/life/rules/self-state.ts';
import type { LivedState } from '../../events/life/rules/settle-life.ts';
import { lifeSubject } from '../../events/life/life-subject.ts';
import { cleanedDefinitions } from './cleaned-definitions.ts';
import { branchingDefinitions } from './branching-definitions.ts';
import { plantedDefinitions } from './planted-definitions.ts';
import { surroundedDefinitions } from './test-middleware.ts';
import { timedDefinitions } from './timed-definitions.ts';

/** How many handlers of a group ran at once, as counted in the handlers themselves. */
export const overlap = createOverlap();

/** Heavy: works for `ms`, reporting its progress in tenths, and stops when cancelled. */
const slowWork = defineEvent({
  type: 'test-slow-work',
  data: z.object({ ms: z.int().nonnegative() }),
  tier: 'normal',
  weight: 'heavy',
  handler: ({ data }, { heartbeat, signal }) =>
    overlap.during('all', async () => {
      for (let tenth = 1; tenth <= 10; tenth += 1) {
        await pause(data.ms / 10, signal);
        heartbeat({ step: 'working', percent: tenth * 10, message: `${tenth} of 10` });
      }
      return { worked: data.ms };
    }),
});

/** Heavy: works for `ms`, and listens to nobody meanwhile. */
const deafWork = defineEvent({
  type: 'test-deaf-work',
  data: z.object({ ms: z.int().nonnegative() }),
  tier: 'normal',
  weight: 'heavy',
  handler: async ({ data }) => {
    await pause(data.ms, new AbortController().signal);
    return 'done';
  },
});

const pages = z.object({ hang: z.boolean().default(true), fail: z.boolean().default(false) });

/**
 * Reads 40 pages, from where the attempt before it was. The first attempt comes to page 16, says in which process that was, and goes no
 * further: it fails, or hangs.
 */
async function readPages(
  { hang, fail }: z.infer<typeof pages>,
  { heartbeat, lastProgress, signal, attempt }: HandlerContext<never>,
): Promise<{ readonly wentOnFrom: Progress | null; readonly attempt: number }> {
  const first = lastProgress === null ? 1 : Number(lastProgress.message) + 1;
  const last = lastProgress === null ? 16 : 40;
  for (let page = first; page <= last; page += 1) heartbeat({ step: String(process.pid), percent: page * 2.5, message: String(page) });
  if (lastProgress === null && fail) throw new Error('it comes no further');
  if (lastProgress === null && hang) await pause(3_600_000, signal);
  return { wentOnFrom: lastProgress, attempt };
}

/** Heavy: its first stage is done with it; the second goes on where it was. */
const goingOn = defineEvent({
  type: 'test-going-on',
  data: pages,
  tier: 'normal',
  weight: 'heavy',
  retry: { initialDelayMs: 50 },
  stages: [
    ['list', (_event, _before, context) => readPages({ hang: false, fail: false }, context)],
    ['read', ({ data }, _before, context) => readPages(data, context)],
  ],
});

/** The same, but light, with one stage and less time. */
const goingOnLight = defineEvent({
  type: 'test-going-on-light',
  data: pages,
  tier: 'normal',
  timeouts: { action: 3_000 },
  retry: { initialDelayMs: 50 },
  handler: ({ data }, context) => readPages(data, context),
});

const recordedData = z.object({
  port: z.int(),
  ms: z.int().nonnegative(),
  /** After its first attempt it waits for so long. */
  laterMs: z.int().nonnegative().default(0),
});

/** Heavy: works for `ms`, all the while connected to a recorder outside. */
const recordedWork = defineEvent({
  type: 'test-recorded-work',
  data: recordedData,
  tier: 'normal',
  weight: 'heavy',
  handler: ({ id, data }, { attempt, signal }) => workOnRecord(id, data, attempt, signal),
});

/** The same, but it listens to nobody, and its time is over soon. */
const recordedDeafWork = defineEvent({
  type: 'test-recorded-deaf-work',
  data: recordedData,
  tier: 'normal',
  weight: 'heavy',
  timeouts: { action: 400 },
  retry: { maxAttempts: 2, initialDelayMs: 50 },
  handler: ({ id, data }, { attempt }) => workOnRecord(id, data, attempt, new AbortController().signal),
});

/** The same, but light, and may share a workflow. */
const recordedLightWork = defineEvent({
  type: 'test-recorded-light-work',
  data: recordedData,
  tier: 'normal',
  coalesce: true,
  handler: ({ id, data }, { attempt, signal }) => workOnRecord(id, data, attempt, signal),
});

/** Light: says its id to a recorder outside, works for `ms`, and fails if it is to. */
const notedWork = defineEvent({
  type: 'test-noted-work',
  data: z.object({ port: z.int(), ms: z.int().nonnegative().default(0), fail: z.boolean().default(false) }),
  tier: 'normal',
  handler: async ({ id, data }, { signal }) => {
    const socket = connect(data.port, '127.0.0.1');
    const closed = once(socket, 'close');
    socket.resume().end(id);
    await closed;
    if (data.ms > 0) await pause(data.ms, signal);
    if (data.fail) throw new PermanentError('told_to_fail', 'it was told to fail');
  },
});

/** At most two at once for each host. */
const perHost = defineEvent({
  type: 'test-per-host',
  data: z.object({ host: z.string(), ms: z.int().nonnegative() }),
  tier: 'normal',
  limit: { key: ({ data }) => `host:${data.host}`, max: 2 },
  handler: ({ data }, { signal }) => overlap.during(data.host, () => pause(data.ms, signal)),
});

/** Light: fails as it is told to. */
const failing = defineEvent({
  type: 'test-failing',
  data: z.object({ how: z.enum(['always', 'permanently', 'twice', 'later', 'slowly', 'hugely']) }),
  tier: 'normal',
  timeouts: { action: 200 },
  meaning: ({ data }) => ({ how: data.how }),
  action: async (_event, _decision, { attempt, signal }) => fail(_event.data.how, attempt, signal),
});

const ordered = z.object({ cents: z.int(), how: z.enum(['well', 'once', 'slowly', 'permanently']).default('well') });

/** Light, with stages of its own; `reserve` fails as it is told to. */
const quoted = defineEvent({
  type: 'test-quoted',
  data: ordered,
  tier: 'normal',
  stages: [
    ['price', ({ data }) => ({ cents: data.cents * 2, how: data.how })],
    ['reserve', (_event, { cents, how }, { attempt, signal }) => reserve(cents, how, attempt, signal)],
  ],
});

/** The same, but heavy, and with a third stage. */
const shipped = defineEvent({
  type: 'test-shipped',
  data: ordered,
  tier: 'normal',
  weight: 'heavy',
  timeouts: { reserve: 200 },
  retry: { initialDelayMs: 50 },
  stages: [
    ['price', ({ data }) => ({ cents: data.cents * 2, how: data.how })],
    ['reserve', (_event, { cents, how }, { attempt, signal }) => reserve(cents, how, attempt, signal)],
    ['ship', ({ id }, { reserved }) => `${id} of ${reserved}`],
  ],
});

const mending = z.object({ file: z.string(), cents: z.int().default(1), ms: z.int().nonnegative().default(0) });

/** What is done by `reserve` fails until there is a certain file, as until somebody has mended it; `price` gives nothing twice. */
const mendedStages = [
  ['price', ({ data }: { readonly data: z.infer<typeof mending> }) => ({ cents: data.cents, quote: randomUUID() })],
  [
    'reserve',
    async ({ data }: { readonly data: z.infer<typeof mending> }, { quote }: { readonly quote: string }, context: HandlerContext<never>) => {
      if (data.ms > 0) await pause(data.ms, context.signal);
      if (!existsSync(data.file)) throw new PermanentError('sold_out', 'there is none left');
      return { quote, attempt: context.attempt, idempotencyKey: context.idempotencyKey };
    },
  ],
] as const;

const mended = defineEvent({ type: 'test-mended', data: mending, tier: 'normal', coalesce: true, stages: mendedStages });
const mendedHeavy = defineEvent({ type: 'test-mended-heavy', data: mending, tier: 'normal', weight: 'heavy', stages: mendedStages });

/** Light, and may share a workflow; says its id to a recorder outside, and fails the first so many times. */
const grouped = defineEvent({
  type: 'test-grouped',
  data: z.object({ port: z.int(), failures: z.int().nonnegative().default(0), permanently: z.boolean().default(false) }),
  tier: 'normal',
  coalesce: true,
  meaning: ({ data }) => ({ failures: data.failures }),
  action: async ({ id, data }, _decision, { attempt }) => {
    const socket = connect(data.port, '127.0.0.1');
    const closed = once(socket, 'close');
    socket.resume().end(id);
    await closed;
    if (data.permanently) throw new PermanentError('told_to_fail', 'it was told to fail');
    if (attempt <= data.failures) throw new Error(`attempt ${attempt} failed`);
    return { attempt };
  },
});

/** Light: its result has something in it that no second run gives again, unless it is told to be the same. */
const reached = defineEvent({
  type: 'test-reached',
  data: z.object({ anew: z.boolean() }),
  tier: 'normal',
  handler: ({ data }) => ({ found: data.anew ? randomUUID() : 'the same' }),
});

/** Light, and its answer and callback wait until the result is on record. */
const recorded = defineEvent({
  type: 'test-recorded',
  data: z.object({}),
  tier: 'normal',
  respondAfterRecord: true,
  handler: () => ({ done: true }),
});

interface Counter {
  readonly sum: number;
  readonly last: readonly number[];
}

const counter = defineSubject<Counter>({
  type: 'test-counter',
  initial: () => ({ sum: 0, last: [] }),
  bounds: { sum: [0, 100] },
  history: { last: 2 },
  apply: ({ sum, last }, { results }) => ({ sum: sum + Number(results['action']), last: [...last, Number(results['action'])] }),
});

/** Adds to the sum of its subject, after `ms`, or fails. */
const counted = defineEvent({
  type: 'test-counted',
  data: z.object({ add: z.number(), ms: z.int().nonnegative().default(0), fail: z.boolean().default(false) }),
  tier: 'normal',
  subject: counter,
  handler: async ({ data }, { signal }) => {
    if (data.fail) throw new PermanentError('told_to_fail', 'it was told to fail');
    if (data.ms > 0) await pause(data.ms, signal);
    return data.add;
  },
});

const sum = defineSubject<{ readonly sum: number }>({
  type: 'test-sum',
  initial: () => ({ sum: 0 }),
  apply: (state, { results }) => ({ sum: state.sum + Number(results['action']) }),
});

/** Adds to a sum without bounds. */
const summed = defineEvent({
  type: 'test-summed',
  data: z.object({ add: z.number(), note: z.string().optional() }),
  tier: 'normal',
  subject: sum,
  handler: ({ data }) => data.add,
});

/** Adds 1 to such a sum, and works on record meanwhile. */
const recordedSum = defineEvent({
  type: 'test-recorded-sum',
  data: recordedData,
  tier: 'normal',
  subject: sum,
  handler: async ({ id, data }, { attempt, signal }) => {
    await workOnRecord(id, data, attempt, signal);
    return 1;
  },
});

/** A life that begins with the vitals that its id tells, as in `60:0.6:0.9:x`. */
const bornAs = defineSubject<LivedState>({
  type: 'test-life',
  initial: (birth) => {
    const [energy = 0, stability = 0, integrity = 0] = birth.id.split(':').map(Number);
    return { ...lifeSubject.initial(birth), energy, stability, integrity };
  },
  apply: (life, event) => lifeSubject.apply(life, { ...event, type: (event.data as { type: string }).type }),
});

/** A Life event, of the type in its data, for such a life. */
const lifeEvent = defineEvent({
  type: 'test-life-event',
  data: z.object({ type: z.string(), intensity: z.number(), metadata: z.object({}).default({}) }),
  tier: 'normal',
  subject: bornAs,
  meaning: ({ data }, { state }) => deriveMeaning(data, state ?? initialSelfState),
  decision: (_event, meaning, { state }) => deriveDecision(meaning, state ?? initialSelfState),
});

/** What others call by two names of theirs. */
const approved = defineEvent({
  type: 'test-approved',
  cloudEventTypes: ['com.example.Order.Approved', 'Auftrag freigegeben'],
  data: z.unknown(),
  tier: 'normal',
  handler: ({ data, cloudEvent }) => ({ data: data ?? null, trace: cloudEvent?.extensions?.['traceparent'] ?? null }),
});

export const testDefinitions: readonly EventDefinition[] = [
  lifeEvent,
  slowWork,
  goingOn,
  goingOnLight,
  deafWork,
  recordedWork,
  recordedDeafWork,
  recordedLightWork,
  recordedSum,
  notedWork,
  perHost,
  failing,
  quoted,
  shipped,
  mended,
  mendedHeavy,
  grouped,
  reached,
  recorded,
  counted,
  summed,
  approved,
  ...plantedDefinitions,
  ...surroundedDefinitions,
  ...timedDefinitions,
  ...cleanedDefinitions,
  ...branchingDefinitions,
];

async function workOnRecord(id: string, data: z.infer<typeof recordedData>, attempt: number, signal: AbortSignal): Promise<void> {
  const socket = connect(data.port, '127.0.0.1');
  try {
    await once(socket, 'connect', { signal });
    socket.write(id);
    await Promise.race([once(socket, 'data', { signal }), once(socket, 'close', { signal })]);
    await pause(data.ms, signal);
  } finally {
    // It is over for the recorder too before another one begins.
    const closed = once(socket, 'close');
    socket.resume().end();
    await closed;
  }
  if (data.laterMs > 0 && attempt === 1) throw new RetryLaterError(data.laterMs);
}

async function fail(how: string, attempt: number, signal: AbortSignal): Promise<unknown> {
  if (how === 'permanently') throw new PermanentError('told_to_fail', 'it was told to fail');
  if (how === 'later' && attempt === 1) throw new RetryLaterError(300);
  if (how === 'always' || (how === 'twice' && attempt <= 2)) throw new Error(`attempt ${attempt} failed`);
  if (how === 'slowly') await pause(60_000, signal);
  return how === 'hugely' ? 'x'.repeat(70_000) : { attempt };
}

async function reserve(cents: number, how: string, attempt: number, signal: AbortSignal): Promise<{ readonly reserved: number }> {
  if (how === 'permanently') throw new PermanentError('sold_out', 'there is none left');
  if (how === 'once' && attempt === 1) throw new Error('attempt 1 failed');
  if (how === 'slowly' && attempt === 1) await pause(60_000, signal);
  return { reserved: cents };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

function createOverlap() {
  const running = new Map<string, number>();
  const highest = new Map<string, number>();
  return {
    reset: () => highest.clear(),
    highest: (group = 'all') => highest.get(group) ?? 0,
    current: (group = 'all') => running.get(group) ?? 0,
    async during<T>(group: string, work: () => Promise<T>): Promise<T> {
      const now = (running.get(group) ?? 0) + 1;
      running.set(group, now);
      highest.set(group, Math.max(highest.get(group) ?? 0, now));
      try {
        return await work();
      } finally {
        running.set(group, (running.get(group) ?? 1) - 1);
      }
    },
  };
}
