import { expect, it } from 'vitest';
import { z } from 'zod';
import { createPlanReplay } from '../../../api/plan-replay.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import { createAskHere } from '../../support/ask-here.ts';
import { acceptedEvent, lightPlan } from '../domain/event-samples.ts';

const defaultLimit = { key: 'tasks', capacity: 5, reserved: {} };
const event = acceptedEvent({ type: 'priced', data: { cents: 5, at: 10 }, plan: lightPlan });

function planWith(definitions: readonly EventDefinition[], fallback: EventDefinition | null = null) {
  const catalog = createCatalog(definitions);
  return createPlanReplay({ catalog, fallback, ask: createAskHere(catalog), defaultLimit });
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
    data: event.data,
    plan: {
      weight: 'heavy',
      stages: ['action'],
      retry: { maxAttempts: 9 },
      timeoutsMs: { action: 5_000 },
      limits: [{ key: 'at:10', capacity: 2 }],
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
    data: event.data,
    plan: { limits },
  });
  expect(await plan(event, undefined)).toMatchObject({ ok: true, plan: { limits: [defaultLimit] } });
  expect(await plan(event, [{ op: 'replace', path: '/cents', value: '7' }])).toMatchObject({ ok: true, data: { cents: 7, at: 10 } });
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
  expect(await planWith([other], other)(event, undefined)).toMatchObject({ ok: true, plan: { definition: 'unknown', stages: ['action'] } });
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
