import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RawItem } from '../../../../api/batches/to-item.ts';
import { createToItem, parseLine, unreadable } from '../../../../api/batches/to-item.ts';
import { createParseEvent } from '../../../../api/parse-event.ts';
import { createCatalog } from '../../../../domain/catalog.ts';
import { defineSubject } from '../../../../domain/define-subject.ts';
import { defineEvent } from '../../../../domain/define-event.ts';
import { createAskHere } from '../../../support/ask-here.ts';
import { NOON_MS } from '../../domain/event-samples.ts';

const sample = defineEvent({ type: 'sample', data: z.unknown(), tier: 'normal', handler: () => null });
const account = defineSubject<{ readonly sum: number }>({ type: 'account', initial: () => ({ sum: 0 }), apply: (state) => state });
const deposit = defineEvent({ type: 'deposit', data: z.unknown(), tier: 'normal', subject: account, handler: () => null });
const catalog = createCatalog([sample, deposit]);
const toItem = createToItem(
  createParseEvent({
    catalog,
    ask: createAskHere(catalog),
    fallback: null,
    urgencyThreshold: 0.8,
    defaultLimit: { key: 'tasks', capacity: 5, reserved: {} },
    now: () => NOON_MS + 5,
    newUuid: () => 'uuid',
    checkCallback: ({ url }) => (url.startsWith('https:') ? [] : [{ pointer: '/url', detail: 'it is not https' }]),
  }),
);

function itemOf(raw: RawItem) {
  return toItem(raw, 7, { tenant: 'acme', batchId: 'night', acceptedAtMs: NOON_MS });
}

function itemOfValue(value: unknown) {
  return itemOf({ ok: true, value });
}

function rejection(type: string | null, pointer: string, detail: unknown) {
  return { kind: 'rejected', rejection: { type, errors: [{ pointer, detail }], atMs: NOON_MS } };
}

describe('toItem', () => {
  it('makes an event of its batch out of what a single event may be, under an id of the batch', async () => {
    expect(await itemOfValue({ type: 'sample', id: 'mine', data: { a: 1 }, delayMs: 5 })).toMatchObject({
      kind: 'event',
      event: { id: 'night_7', ownId: 'mine', batchId: 'night', tenant: 'acme', type: 'sample', data: { a: 1 }, delayMs: 5, run: 1 },
    });
  });

  it('rejects what a single event would be refused for, and says as what', async () => {
    const callback = { url: 'http://example.org/' };

    expect(await itemOfValue({ type: 'sampel' })).toEqual(rejection('sampel', '/type', expect.stringContaining('nearest is "sample"')));
    expect(await itemOfValue({ type: 'sample', callback })).toEqual(rejection('sample', '/callback/url', 'it is not https'));
    expect(await itemOfValue({ data: 1 })).toMatchObject({ kind: 'rejected', rejection: { type: null } });
  });

  it.each([null, 3, 'text', [], { type: 3 }])('rejects %j, which has no type', async (value) => {
    expect(await itemOfValue(value)).toMatchObject({ kind: 'rejected', rejection: { type: null, atMs: NOON_MS } });
  });

  it('keeps no more of a type than a type may have', async () => {
    expect(await itemOfValue({ type: 'x'.repeat(5_000) })).toMatchObject({ rejection: { type: 'x'.repeat(128) } });
  });

  it('rejects a line that says nothing', async () => {
    expect(await itemOf(unreadable('the line is not UTF-8'))).toEqual(rejection(null, '', 'the line is not UTF-8'));
  });

  it('makes an event of a subject an item under the batch’s id, if it expects no version and is no larger than such may be', async () => {
    const event = { type: 'deposit', subject: 'a-1', data: { amount: 1 } };

    expect(await itemOfValue(event)).toMatchObject({
      kind: 'event',
      event: { id: 'night_7', subject: 'a-1', plan: { subjectType: 'account' } },
    });
    expect(await itemOfValue({ ...event, expectedVersion: 3 })).toEqual(
      rejection('deposit', '/expectedVersion', 'an item of a batch expects none'),
    );
    expect(await itemOfValue({ ...event, data: 'x'.repeat(300_000) })).toEqual(
      rejection('deposit', '', expect.stringContaining('262144 bytes')),
    );
  });

  it('rejects an event that grows beyond what the engine keeps', async () => {
    // 5 bytes a number as it came, 22 when it is written out.
    const data = JSON.parse(`[${'1e20,'.repeat(100_000)}1]`) as unknown;

    expect(await itemOfValue({ type: 'sample', data })).toEqual(
      rejection('sample', '', expect.stringContaining('more than 1500000 bytes')),
    );
  });
});

describe('parseLine', async () => {
  it('reads JSON of any kind', async () => {
    expect(parseLine(' {"type":"sample"}\r')).toEqual({ ok: true, value: { type: 'sample' } });
    expect(parseLine('null')).toEqual({ ok: true, value: null });
  });

  it.each(['{', 'type: sample', '{"a":1}{"b":2}', '\u{feff}{}'])('says why "%s" is none', async (text) => {
    expect(parseLine(text)).toEqual(unreadable(expect.stringMatching(/^the line is not JSON: ./)));
  });
});
