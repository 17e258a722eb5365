import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { ParsedEvent, ParseEventDependencies } from '../../../api/parse-event.ts';
import { createParseEvent } from '../../../api/parse-event.ts';
import type { eventEnvelope } from '../../../api/parse-event.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { ownDefinitions } from '../../support/own-definitions.ts';
import { createAskHere } from '../../support/ask-here.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const JOY = { type: 'joy', data: { intensity: 0.3 } };

const trimmed = defineEvent({
  type: 'trimmed',
  data: z.object({ name: z.string().trim(), note: z.string().default('none') }),
  tier: 'low',
  weight: 'heavy',
  retry: { maxAttempts: 7 },
  handler: () => null,
});
const bare = defineEvent({ type: 'bare', data: z.undefined(), tier: 'normal', handler: () => null });

describe('parseEvent', () => {
  it('gives an event everything that its run needs', async () => {
    expect(await accepted({ ...JOY, id: 'own', callback: { url: 'https://example.org/' } })).toEqual({
      id: 'own',
      ownId: 'own',
      run: 1,
      type: 'joy',
      source: null,
      subject: null,
      time: '2026-01-01T00:00:00.000Z',
      data: { intensity: 0.3, metadata: {} },
      tier: 'normal',
      urgency: 0.3,
      tenant: 'acme',
      acceptedAtMs: NOW_MS,
      delayMs: 0,
      callback: { url: 'https://example.org/', headers: {}, progress: false },
      plan: {
        weight: 'light',
        stages: ['meaning', 'decision', 'action'],
        retry: { maxAttempts: 3, initialDelayMs: 100, factor: 2, maxDelayMs: 60_000 },
        timeoutsMs: { meaning: 1_000, decision: 1_000, action: 1_000 },
        respondAfterRecord: false,
      },
    });
  });

  it("copies its type's settings and what its schema made of the data", async () => {
    expect(await accepted({ type: 'trimmed', data: { name: ' a ' } })).toMatchObject({
      data: { name: 'a', note: 'none' },
      tier: 'low',
      urgency: 0,
      plan: { weight: 'heavy', stages: ['action'], retry: { maxAttempts: 7 }, respondAfterRecord: true },
    });
  });

  it('keeps null for a type without data', async () => {
    expect((await accepted({ type: 'bare' })).data).toBeNull();
  });

  it('makes ids that tell where they come from, and which no caller can choose', async () => {
    expect(await accepted(JOY)).toMatchObject({ id: 'e~made-1', ownId: null });
    expect(await accepted(JOY, {}, 'key')).toMatchObject({ id: expect.stringMatching(/^k~[\w-]{43}$/), ownId: null });
    expect(await accepted({ ...JOY, id: 'own' }, {}, 'key')).toMatchObject({ id: 'own', ownId: 'own' });
    expect((await parse({ ...JOY, id: 'e~made-1' })).ok).toBe(false);
    expect((await parse({ ...JOY, id: 'k~x' })).ok).toBe(false);
  });

  it('gives a fingerprint only to what can come again', async () => {
    expect(await fingerprintOf(JOY)).toBeNull();
    expect(await fingerprintOf({ ...JOY, id: 'own' })).toEqual(expect.any(String));
    expect(await fingerprintOf(JOY, {}, 'key')).toEqual(expect.any(String));
  });

  // Each field of the envelope has to be here: one that made no difference would make two requests one.
  it.each(
    Object.entries({
      type: 'noise',
      source: 'a',
      subject: 'b',
      time: '2026-02-01T00:00:00Z',
      data: { intensity: 0.4 },
      tier: 'high',
      urgency: 0.1,
      delayMs: 1,
      callback: { url: 'https://example.org/' },
    } satisfies Record<Exclude<keyof typeof eventEnvelope.shape, 'id' | 'expectedVersion'>, unknown>),
  )('gives another fingerprint for another %s', async (field, value) => {
    expect(await fingerprintOf({ ...JOY, id: 'own', [field]: value })).not.toBe(await fingerprintOf({ ...JOY, id: 'own' }));
  });

  it('gives the same fingerprint later, in another process, with another threshold', async () => {
    const event = { ...JOY, id: 'own', time: '2026-01-01T00:00:00Z' };
    const later: Partial<ParseEventDependencies> = { now: () => NOW_MS + 1_000, newUuid: () => 'made-2', urgencyThreshold: 0.1 };
    expect(await fingerprintOf(event, later)).toBe(await fingerprintOf(event));
  });

  it.each([
    ['a default spelt out', { delayMs: 0 }],
    ['defaults of the data spelt out', { data: { metadata: {}, intensity: 0.3 } }],
    ['an older name', { type: undefined, event_type: 'joy', data: undefined, intensity: 0.3 }],
  ])('gives the same fingerprint for %s', async (_what, change) => {
    const event = JSON.parse(JSON.stringify({ ...JOY, id: 'own', ...change })) as object;
    expect(await fingerprintOf(event)).toBe(await fingerprintOf({ ...JOY, id: 'own' }));
  });

  it.each([
    ['/metadata', { intensity: 0.3, metadata: { a: 1 }, data: { b: 2 } }],
    ['/metadata', { metadata: { a: 1 }, data: { intensity: 0.3 } }],
    ['/timestamp', { intensity: 0.3, time: '2026-01-01T00:00:00Z', timestamp: '2026-01-02T00:00:00Z' }],
  ])('refuses %s where it is a second name for what is given', async (pointer, fields) => {
    expect(await parse({ type: 'joy', ...fields })).toMatchObject({ ok: false, errors: [{ pointer }] });
  });

  it('takes again what it gives back, as the same event', async () => {
    const time = fc.tuple(
      fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      fc.integer({ min: -1_439, max: 1_439 }),
    );
    const envelope = fc.record(
      {
        type: fc.constantFrom('joy', 'noise'),
        id: fc.oneof(fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/), fc.constantFrom('.', '..', 'a~')),
        source: fc.string({ unit: 'binary', maxLength: 256 }),
        subject: fc.oneof(fc.stringMatching(/^[A-Za-z0-9._:@-]{1,80}$/), fc.constantFrom('a/b', '"'.repeat(86))),
        time: time.map(([date, minutes]) => withOffset(date, minutes)),
        data: fc.record({ intensity: fc.double({ min: -1, max: 1, noNaN: true }), metadata: fc.dictionary(fc.string(), fc.jsonValue()) }),
        tier: fc.oneof(fc.constantFrom('critical', 'bulk'), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
        urgency: fc.double({ min: 0, max: 1, noNaN: true }),
        delayMs: fc.constantFrom(0, 1, 31_536_000_000),
        callback: fc.record({ url: fc.webUrl({ validSchemes: ['https'] }) }),
      },
      { requiredKeys: ['type', 'data'] },
    );
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(envelope, async (asked) => {
        const first = await parse(JSON.parse(JSON.stringify(asked)));
        if (!first.ok) return;
        taken += 1;
        const { ownId, type, source, subject, time: at, data, tier, urgency, delayMs, callback } = first.event;
        const given = {
          ...(ownId !== null && { id: ownId }),
          ...(source !== null && { source }),
          ...(subject !== null && { subject }),
          ...(data !== null && { data }),
          ...(callback !== null && { callback }),
        };
        const again = await parse(JSON.parse(JSON.stringify({ type, time: at, tier, urgency, delayMs, ...given })));
        expect(again).toMatchObject({ ok: true });
        expect(again.ok && JSON.stringify(again.event)).toBe(JSON.stringify(first.event));
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(50);
  });

  it('takes every type where unknown ones are accepted, under its own name', async () => {
    const dependencies = { fallback: createCatalog(ownDefinitions).find('unknown') ?? null };
    expect(await accepted({ type: 'something-new', data: { intensity: 0.3 } }, dependencies)).toMatchObject({
      type: 'something-new',
      tier: 'normal',
    });
    expect(await accepted({ event_type: 'Something New', intensity: 0.9 }, dependencies)).toMatchObject({
      type: 'Something New',
      tier: 'high',
    });
    expect(await parse({ type: 'something-new', data: {} }, dependencies)).toMatchObject({ ok: false, code: 'invalid_event' });
    expect(await parse({ type: '', data: { intensity: 0 } }, dependencies)).toMatchObject({ ok: false, code: 'invalid_event' });
  });

  it('says nothing of a nearest type where there are no types at all', async () => {
    const catalog = createCatalog([]);
    expect(await parse(JOY, { catalog })).toMatchObject({ code: 'unknown_type', detail: 'there is no event type "joy"' });
  });

  it('raises the tier from the configured threshold on', async () => {
    expect((await accepted(JOY, { urgencyThreshold: 0.3 })).tier).toBe('high');
    expect((await accepted(JOY, { urgencyThreshold: 0.31 })).tier).toBe('normal');
  });

  it('puts the faults of the callback below its own place', async () => {
    const checkCallback = vi.fn(() => [{ pointer: '/headers/x', detail: 'no' }]);
    const parsed = await parse(
      { ...JOY, callback: { url: 'https://example.org/', headers: { x: 'y' }, progress: true } },
      { checkCallback },
    );
    expect(parsed).toMatchObject({
      ok: false,
      detail: '/callback/headers/x: no',
      errors: [{ pointer: '/callback/headers/x', detail: 'no' }],
    });
    expect(checkCallback).toHaveBeenCalledExactlyOnceWith({ url: 'https://example.org/', headers: { x: 'y' }, progress: true });
  });

  it("doesn't check the callback of an envelope that is broken", async () => {
    const checkCallback = vi.fn(() => []);
    await parse({ ...JOY, callback: { url: 7 } }, { checkCallback });
    expect(checkCallback).not.toHaveBeenCalled();
  });

  it('says in one sentence what the first fault is', async () => {
    expect(await parse({ ...JOY, delayMs: -1, urgency: 2 })).toMatchObject({ detail: expect.stringMatching(/^\/urgency: /) });
    expect(await parse([])).toMatchObject({ detail: 'an event is a JSON object' });
  });
});

function parse(
  body: unknown,
  dependencies: Partial<ParseEventDependencies> = {},
  idempotencyKey: string | null = null,
): Promise<ParsedEvent> {
  const { catalog = createCatalog([...ownDefinitions, trimmed, bare]) } = dependencies;
  const parseEvent = createParseEvent({
    catalog,
    ask: createAskHere(catalog),
    fallback: null,
    urgencyThreshold: 0.8,
    defaultLimit: { key: 'tasks', capacity: 5, reserved: {} },
    now: () => NOW_MS,
    newUuid: () => 'made-1',
    checkCallback: () => [],
    ...dependencies,
  });
  return parseEvent(body, { tenant: 'acme', idempotencyKey });
}

async function accepted(...given: Parameters<typeof parse>): Promise<AcceptedEvent> {
  const parsed = await parse(...given);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.event;
}

async function fingerprintOf(...given: Parameters<typeof parse>): Promise<string | null> {
  const parsed = await parse(...given);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.fingerprint;
}

/** A time as somebody at this offset, in minutes, writes it. */
function withOffset(date: Date, minutes: number): string {
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${local}${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}
