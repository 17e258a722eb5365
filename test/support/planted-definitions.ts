import { execSync } from 'node:child_process';
import { z } from 'zod';
import type { EventDefinition, HandlerContext } from '../../domain/define-event.ts';
import { defineEvent } from '../../domain/define-event.ts';
import { defineSubject } from '../../domain/define-subject.ts';

/** What a handler can do to its process. Never to be run in a process that a test needs. */
export const PLANTED = ['loop', 'expression', 'heap', 'buffers', 'exit', 'kill', 'native', 'throw', 'reject', 'never', 'deaf'] as const;

const how = z.enum(['well', 'slowly', 'logs', ...PLANTED]);
const data = z.object({ how, times: z.int().default(1_000), ms: z.int().default(20) });
const timeouts = { meaning: 700, decision: 700, action: 700 } as const;
const retry = { maxAttempts: 2, initialDelayMs: 10 } as const;

const light = { tier: 'normal', data, timeouts, retry } as const;

const planted = defineEvent({
  ...light,
  type: 'test-planted',
  meaning: () => 'meant',
  action: ({ data: given }, _decision, context) => act(given, context),
});

/** For what takes a while on a busy machine, such as filling the memory. */
const patient = defineEvent({
  ...light,
  type: 'test-planted-patient',
  timeouts: { action: 30_000 },
  handler: ({ data: given }, context) => act(given, context),
});

const grouped = defineEvent({
  ...light,
  type: 'test-planted-grouped',
  coalesce: true,
  handler: ({ data: given }, context) => act(given, context),
});

const heavy = defineEvent({
  ...light,
  type: 'test-planted-heavy',
  weight: 'heavy',
  handler: ({ data: given }, context) => act(given, context),
});

const seen = defineSubject<{ readonly seen: number }>({
  type: 'test-planted-seen',
  initial: () => ({ seen: 0 }),
  apply: (state) => ({ seen: state.seen + 1 }),
  show: (state) => {
    if (state.seen < 0) for (;;);
    return state;
  },
});

const onSubject = defineEvent({
  ...light,
  type: 'test-planted-on-subject',
  subject: seen,
  handler: ({ data: given }, context) => act(given, context as HandlerContext),
});

export const PLACES = ['schema', 'tier', 'urgency', 'limit'] as const;

/** Does so where its type is asked, before it is accepted. */
const asked = defineEvent({
  type: 'test-planted-asked',
  data: z.object({ how: z.enum(['well', ...PLANTED]), where: z.enum(PLACES) }).refine(async (given) => {
    if (given.where === 'schema' && given.how === 'never') await new Promise(() => undefined);
    harm(given, 'schema');
    return true;
  }),
  tier: ({ data: given }) => harm(given, 'tier') ?? 'normal',
  urgency: (given) => harm(given, 'urgency') ?? 0.5,
  limit: { key: ({ data: given }) => harm(given, 'limit') ?? 'asked', max: 5 },
  handler: () => null,
});

export const plantedDefinitions: readonly EventDefinition[] = [planted, patient, grouped, heavy, onSubject, asked];

const numbers = `[${'0,'.repeat(1_000_000)}0]`;

/** Does so on its first `times` attempts. */
async function act({ how: given, times, ms }: z.infer<typeof data>, { attempt, log }: HandlerContext): Promise<unknown> {
  // What came together is in flight together.
  await pause(ms);
  if (given === 'slowly') await pause(200);
  if (given === 'logs') for (let line = 0; line < 5_000; line += 1) log.info(`line ${line}`, { text: 'x'.repeat(100_000) });
  if (attempt > times) return { attempt };
  switch (given) {
    case 'loop':
      for (;;);
    case 'expression':
      return /^(a+)+$/.test(`${'a'.repeat(50)}b`);
    case 'heap':
      for (const kept: unknown[] = []; ; kept.push(JSON.parse(numbers)));
    case 'buffers':
      for (const kept: Buffer[] = []; ; await pause(5)) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
    case 'exit':
      return process.exit(3);
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      return pause(60_000);
    case 'native':
      return execSync('sleep 60');
    case 'throw':
      setTimeout(() => {
        throw new Error('stray');
      }, 5);
      return pause(200);
    case 'reject':
      void Promise.reject(new Error('stray'));
      return pause(200);
    case 'never':
      return new Promise(() => undefined);
    case 'deaf':
      return pause(60_000);
  }
  return { attempt };
}

/** At once, without waiting for anything. */
function harm({ how: given, where }: { readonly how: string; readonly where: string }, here: (typeof PLACES)[number]): undefined {
  if (where !== here) return;
  if (given === 'loop') for (;;);
  if (given === 'expression') /^(a+)+$/.test(`${'a'.repeat(50)}b`);
  if (given === 'heap') for (const kept: unknown[] = []; ; kept.push(JSON.parse(numbers)));
  if (given === 'exit') process.exit(3);
  if (given === 'kill') process.kill(process.pid, 'SIGKILL');
  if (given === 'native') execSync('sleep 60');
  if (given === 'throw') throw new TypeError('thrown');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
