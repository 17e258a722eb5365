import { expect, it } from 'vitest';
import { z } from 'zod';
import { createCatalog } from '../../../domain/catalog.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { createAcceptFollowUps } from '../../../handlers/accept-follow-ups.ts';
import type { EmittingStage } from '../../../handlers/accept-follow-ups.ts';
import { createAnswer } from '../../../handlers/answer.ts';
import { createOpenEmitter } from '../../../handlers/create-open-emitter.ts';
import type { Emitted } from '../../../handlers/emitter.ts';
import { ACCEPT_SETTINGS } from '../../support/accept-settings.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';
import { runOf, typeWith } from './advance-samples.ts';

const told = defineEvent({
  type: 'told',
  data: z.object({ text: z.string(), at: z.date().optional() }).transform((given) => ({ ...given, length: given.text.length })),
  tier: ({ data }) => (data.text === 'now' ? 'high' : 'low'),
  usualTier: 'low',
  urgency: ({ text }) => (text === 'urgent' ? 0.9 : 0),
  handler: () => null,
});
const heavy = defineEvent({ type: 'heavy', data: z.unknown(), tier: 'normal', weight: 'heavy', handler: () => null });
const account = defineSubject({ type: 'account', initial: () => ({}), apply: (state) => state });
const booked = defineEvent({ type: 'booked', data: z.unknown(), tier: 'normal', subject: account, handler: () => null });
const keyed = defineEvent({
  type: 'keyed',
  data: z.object({ key: z.string() }),
  tier: 'normal',
  limit: { key: ({ data }) => data.key, max: 1 },
  handler: () => null,
});

const catalog = createCatalog([told, heavy, booked, keyed]);
const longestWaitMs = { critical: null, high: 1, normal: 2, low: 3, bulk: 4 };

function accept(emitted: readonly Partial<Emitted>[], fields: Partial<EmittingStage> = {}, settings = ACCEPT_SETTINGS) {
  const acceptFollowUps = createAcceptFollowUps({ catalog, answer: createAnswer(catalog), settings, now: () => NOON_MS });
  const all = emitted.map((one) => ({ event: 'told', data: { text: 'a' }, options: {}, ...one }));
  const cause = acceptedEvent({ type: 'order.placed', tenant: 'acme' });
  return acceptFollowUps(all, { cause, stageKey: 'acme/order-1/1/action', isShared: false, before: [], ...fields });
}

it('makes an event as if it had been submitted, of its cause’s tenant', async () => {
  const [event] = await accept([{ options: { delayMs: 5 } }]);

  expect(event).toEqual({
    ...{ id: expect.stringMatching(/^k~[\w-]{43}$/), ownId: null, run: 1, type: 'told', tenant: 'acme', source: null, subject: null },
    ...{ time: '2026-01-01T12:00:00.000Z', data: { text: 'a', length: 1 }, tier: 'low', urgency: 0, acceptedAtMs: NOON_MS },
    ...{ delayMs: 5, callback: null, causedBy: 'order-1', chain: ['order.placed'], plan: expect.objectContaining({ stages: ['action'] }) },
  });
});

it('asks its type for its tier and its urgency, which raises that', async () => {
  const events = await accept([{ data: { text: 'now' } }, { data: { text: 'urgent' } }]);
  expect(events.map(({ tier, urgency }) => [tier, urgency])).toEqual([
    ['high', 0],
    ['normal', 0.9],
  ]);
});

it('gives heavy ones their permits, as the operator says', async () => {
  const need = { key: 'tasks', capacity: 5, reserved: {} };
  const [plain] = await accept([{ event: heavy }]);
  const [waiting] = await accept([{ event: heavy }], {}, { ...ACCEPT_SETTINGS, longestWaitMs });

  expect(plain?.plan.limits).toEqual([need]);
  expect(waiting?.plan.limits).toEqual([{ ...need, longestWaitMs }]);
});

it('sends one that has a subject to it, and leaves the text of any other as it is', async () => {
  const [ofSubject, other] = await accept([
    { event: 'booked', options: { subject: 'a-1', id: 'x' } },
    { event: 'told', options: { subject: 'order 7' } },
  ]);

  expect(ofSubject).toMatchObject({
    id: expect.stringMatching(/^s~account~a-1~k~/),
    ownId: 'x',
    subject: 'a-1',
    plan: { subjectType: 'account' },
  });
  expect(other).toMatchObject({ id: expect.stringMatching(/^k~/), subject: 'order 7' });
});

it('has the same ids each time, which no other stage, run or position has', async () => {
  const both = [{}, { options: { id: 'named' } }];
  const first = await accept(both);
  const elsewhere = await accept(both, { stageKey: 'acme/order-1/2/action' });

  expect((await accept(both)).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  expect(new Set([...first, ...elsewhere].map(({ id }) => id)).size).toBe(4);
});

it('takes one that is emitted twice under an id once, and refuses another under it', async () => {
  const named = { options: { id: 'once' } };
  expect(await accept([named, named])).toHaveLength(1);
  await expect(accept([named, { ...named, data: { text: 'b' } }])).rejects.toMatchObject({
    code: 'invalid_event',
    message: 'two events were emitted as "once", with other contents',
  });
});

it.each<[string, Partial<Emitted>, string]>([
  ['data that its schema refuses', { data: { text: 5 } }, '/data/text '],
  ['no data where its type needs some', { data: undefined }, '/data '],
  ['options that can’t hold', { options: { delayMs: -1 } }, '/delayMs '],
  ['a subject of other characters', { event: 'booked', options: { subject: 'a b' } }, '/subject '],
  ['a delay for a subject', { event: 'booked', options: { subject: 'a', delayMs: 1 } }, '/delayMs '],
  ['data that makes no limit’s key', { event: 'keyed', data: { key: 'a b' } }, '/data it makes the limit'],
])('refuses %s, and says where', async (_what, one, pointer) => {
  await expect(accept([{}, one])).rejects.toMatchObject({ code: 'invalid_event', message: expect.stringContaining(pointer) });
  await expect(accept([{}, one])).rejects.toThrow('the emitted event 2, a "');
});

it('says of many faults how many there are', async () => {
  const many = defineEvent({ type: 'many', data: z.array(z.string()), tier: 'normal', handler: () => null });
  const all = createCatalog([many]);
  const acceptFollowUps = createAcceptFollowUps({ catalog: all, answer: createAnswer(all), settings: ACCEPT_SETTINGS, now: () => NOON_MS });
  const stage = { cause: acceptedEvent(), stageKey: 'a', isShared: false, before: [] };

  await expect(acceptFollowUps([{ event: 'many', data: [1, 2, 3, 4, 5, 6, 7], options: {} }], stage)).rejects.toThrow('(and 2 more)');
});

it('refuses a type that the catalog lacks, and names the nearest', async () => {
  await expect(accept([{ event: 'tolt' }])).rejects.toMatchObject({
    code: 'unknown_type',
    message: 'the emitted event 1, a "tolt": there is no event type "tolt"; the nearest is "told"',
  });
  await expect(accept([{ event: null as never }])).rejects.toMatchObject({ code: 'unknown_type' });
});

it('refuses more than a hundred, and more than is kept', async () => {
  const text = 'x'.repeat(2_000);
  await expect(accept(Array.from({ length: 101 }, () => ({})))).rejects.toMatchObject({ code: 'result_too_large' });
  await expect(accept(Array.from({ length: 40 }, () => ({ data: { text } })))).rejects.toMatchObject({ code: 'result_too_large' });
  await expect(accept(Array.from({ length: 20 }, () => ({ data: { text } })))).resolves.toHaveLength(20);
});

it('has little room where a history is shared, also for all that a call has emitted', async () => {
  const most = { isShared: true };
  const before = await accept([{ data: { text: 'x'.repeat(1_000) } }], most);
  await expect(accept([{ data: { text: 'x'.repeat(4_000) } }], most)).rejects.toThrow('at most 4096 are kept');
  await expect(accept([{ data: { text: 'x'.repeat(2_500) } }], { ...most, before })).rejects.toMatchObject({ code: 'result_too_large' });
  await expect(accept([{ data: { text: 'x'.repeat(2_500) } }], most)).resolves.toHaveLength(1);
});

it('refuses what would be too deep', async () => {
  const chain = Array.from({ length: 16 }, () => 'told');
  await expect(accept([{}], { cause: acceptedEvent({ chain }) })).rejects.toMatchObject({ code: 'cycle' });
});

it('copies data as it is emitted, and takes nothing once the attempt has ended', async () => {
  const { emit, accept: acceptAll } = createOpenEmitter(async (emitted) => {
    expect(emitted.map(({ data }) => data)).toEqual([{ list: [1] }]);
    return [];
  })(runOf(typeWith(() => null)), 'key');
  const list = [1];
  emit('told', { list });
  list.push(2);

  await acceptAll(false);
  expect(() => emit('told', {})).toThrow('"told" was emitted by an attempt that has ended');
});

it('throws where what is emitted is not JSON', () => {
  const { emit } = createOpenEmitter(async () => [])(runOf(typeWith(() => null)), 'key');
  expect(() => emit(told, { text: 1n } as never)).toThrow(
    expect.objectContaining({ code: 'invalid_event', message: 'the data of an emitted "told" is not JSON' }),
  );
});

it('emits nothing where it cleans up, which nobody would start', () => {
  const run = runOf(typeWith(() => null));
  const cleaning = { ...run, event: { ...run.event, plan: { ...run.event.plan, stages: ['onCancel'] } } };
  const { emit } = createOpenEmitter(async () => [])(cleaning, 'order-1/1/onCancel');
  expect(() => emit('told', {})).toThrow('onCancel emits nothing');
});
