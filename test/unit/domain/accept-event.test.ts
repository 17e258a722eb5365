import { expect, it } from 'vitest';
import { z } from 'zod';
import { acceptEvent } from '../../../domain/accept-event.ts';
import type { HandlerNeed } from '../../../domain/accepted-event.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { on } from '../../../domain/on.ts';
import type { HandlerDefinition } from '../../../domain/on.ts';
import type { Ask } from '../../../domain/question.ts';
import { ACCEPT_SETTINGS } from '../../support/accept-settings.ts';
import { NOON_MS } from './event-samples.ts';

const told = defineEvent({ type: 'told', data: z.unknown(), tier: 'normal', handler: () => null });
const { defaultLimit } = ACCEPT_SETTINGS;
const said = {
  ...{ key: 'e~1', ownId: null, type: 'told', tenant: 'default', handedOn: {}, acceptedAtMs: NOON_MS, delayMs: 0, callback: null },
};
const accepted = { ok: true, adapted: null, data: null, tier: 'normal', urgency: 0, limits: [] } as const;

function accept(handlers: readonly HandlerDefinition[], needs: readonly HandlerNeed[] | null) {
  // Of handlers that take every event nobody is asked.
  const ask = (async () => {
    if (needs === null) throw new Error('nobody is to be asked');
    return needs;
  }) as unknown as Ask;
  return acceptEvent(told, accepted, said, { settings: ACCEPT_SETTINGS, handlers, ask });
}

const quick = on(told, 'quick', () => null);
const heavy = on(told, 'heavy', () => null, { weight: 'heavy' });
const picky = on(told, 'picky', () => null, { filter: () => true });

it('says nothing of handlers that are quick and take every event', async () => {
  const made = await accept([quick], null);
  expect(made).toMatchObject({ ok: true, event: { plan: { handlers: [{ name: 'quick' }] } } });
  expect(made).not.toHaveProperty('event.takenBy');
});

it('gives heavy ones their permits', async () => {
  const takenBy = [{ name: 'quick' }, { name: 'heavy', limits: [defaultLimit] }];
  expect(await accept([quick, heavy], null)).toMatchObject({ ok: true, event: { takenBy } });
});

it('asks which ones take the event where some choose, and what these need', async () => {
  const need = { key: 'host:a', capacity: 1, reserved: {} };
  // One that this process doesn't know needs what it says.
  const needs = [{ name: 'picky' }, { name: 'heavy', limits: [need] }, { name: 'unknown', limits: [need] }];
  expect(await accept([picky, heavy], needs)).toMatchObject({ ok: true, event: { takenBy: needs } });
  expect(await accept([picky], [])).toMatchObject({ ok: true, event: { takenBy: [] } });
});

it('refuses keys of limits that are none', async () => {
  const needs = [{ name: 'picky', limits: [{ key: 'a b', capacity: 1, reserved: {} }] }];
  expect(await accept([picky], needs)).toMatchObject({ ok: false, faults: [{ pointer: '/data' }] });
});
