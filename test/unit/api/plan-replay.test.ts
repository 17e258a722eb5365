import { expect, it } from 'vitest';
import { z } from 'zod';
import { createPlanReplay } from '../../../api/plan-replay.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import { on } from '../../../domain/on.ts';
import type { HandlerDefinition } from '../../../domain/on.ts';
import { createAskHere } from '../../support/ask-here.ts';
import { acceptedEvent, lightPlan } from '../domain/event-samples.ts';

const defaultLimit = { key: 'tasks', capacity: 5, reserved: {} };
const event = acceptedEvent({ type: 'priced', data: { cents: 5, at: 10 }, plan: lightPlan });

function planWith(
  definitions: readonly EventDefinition[],
  fallback: EventDefinition | null = null,
  handlers: readonly HandlerDefinition[] = [],
) {
  const catalog = createCatalog(definitions, [], handlers);
  return createPlanReplay({ catalog, fallback, ask: createAskHere(catalog), settings: { urgencyThreshold: 0.8, defaultLimit } });
}

it("runs what is replayed by its type's settings of now", async () => {
  const now = defineEvent({
    type: 'priced',
    data: z.object({ cents: z.int(), at: z.int() }),
    tier: 'normal',
    limit: { key: ({ data }) => `at:${data.at}`, max: 2 },
    retry: { maxAttempts: 9 },
    timeouts: { action: 5_000 },
    handler: () => null,
  });
  const planned = await planWith([now])(event, undefined);
  expect(planned).toMatchObject({
    ok: true,
    event: {
      data: event.data,
      plan: {
        weight: 'heavy',
        stages: ['action'],
        retry: { maxAttempts: 9 },
        timeoutsMs: { action: 5_000 },
        limits: [{ key: 'at:10', capacity: 2 }],
      },
    },
  });
});

it('takes data that was accepted once as that has left it, and patched data as that of a new event', async () => {
  const now = defineEvent({
    type: 'priced',
    data: z.object({ cents: z.string().transform(Number), at: z.int() }),
    tier: 'normal',
    weight: 'heavy',
    handler: () => null,
  });
  const plan = planWith([now]);
  const limits = [{ key: 'before', capacity: 1, reserved: {} }];
  expect(await plan({ ...event, plan: { ...lightPlan, limits } }, undefined)).toMatchObject({
    ok: true,
    event: { data: event.data, plan: { limits } },
  });
  expect(await plan(event, undefined)).toMatchObject({ ok: true, event: { plan: { limits: [defaultLimit] } } });
  expect(await plan(event, [{ op: 'replace', path: '/cents', value: '7' }])).toMatchObject({
    ok: true,
    event: { data: { cents: 7, at: 10 } },
  });
  expect(await plan(event, [{ op: 'replace', path: '/at', value: 11 }])).toMatchObject({
    ok: false,
    problem: { code: 'invalid_event', errors: [{ pointer: '/data/cents' }] },
  });
});

it('replays nothing of a type that is gone, but for what another stands for', async () => {
  const other = defineEvent({ type: 'unknown', data: z.unknown(), tier: 'low', handler: () => null });
  expect(await planWith([other])(event, undefined)).toMatchObject({
    ok: false,
    problem: { code: 'unknown_type', errors: [{ pointer: '/type' }] },
  });
  expect(await planWith([other], other)(event, undefined)).toMatchObject({
    ok: true,
    event: { plan: { definition: 'unknown', stages: ['action'] } },
  });
});

it('refuses data that makes no usable key of a limit', async () => {
  const now = defineEvent({
    type: 'priced',
    data: z.object({ cents: z.int(), at: z.unknown() }),
    tier: 'normal',
    limit: { key: ({ data }) => `at ${String(data.at)}`, max: 2 },
    handler: () => null,
  });
  expect(await planWith([now])(event, undefined)).toMatchObject({ ok: false, problem: { errors: [{ pointer: '/data' }] } });
});

it('calls those handlers again that the event had, as they are now; with other data those that take it now', async () => {
  const now = defineEvent({ type: 'priced', data: z.object({ cents: z.int(), at: z.int() }), tier: 'normal', handler: () => null });
  const had = on(now, 'had', () => null, { timeout: 7 });
  const added = on(now, 'added', () => null, { filter: ({ data }) => data.cents > 5 });
  const plan = planWith([now], null, [had, added]);
  const before = { name: 'had', weight: 'light', retry: had.retry, timeoutMs: 1 } as const;
  const handled = { ...event, plan: { ...lightPlan, handlers: [before, { ...before, name: 'gone' }] }, takenBy: [{ name: 'had' }] };
  expect(await plan(handled, undefined)).toMatchObject({
    ok: true,
    event: { plan: { handlers: [{ name: 'had', timeoutMs: 7 }] }, takenBy: [{ name: 'had' }] },
  });
  const names = async (cents: number) => {
    const planned = await plan(handled, [{ op: 'replace', path: '/cents', value: cents }]);
    return planned.ok ? planned.event.takenBy?.map(({ name }) => name) : null;
  };
  expect([await names(5), await names(6)]).toEqual([['had'], ['had', 'added']]);
});
