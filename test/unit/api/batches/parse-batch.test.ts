import { describe, expect, it } from 'vitest';
import type { AskedBatch } from '../../../../api/batches/parse-batch.ts';
import { batchQuery, createParseBatch, parseEnvelope } from '../../../../api/batches/parse-batch.ts';
import { isBatchId } from '../../../../domain/event-id.ts';
import { NOON_MS } from '../../domain/event-samples.ts';

const parseBatch = createParseBatch({
  now: () => NOON_MS,
  newUuid: () => '0190-a',
  checkCallback: ({ url }) => (url.startsWith('https:') ? [] : [{ pointer: '/url', detail: 'it is not https' }]),
});

function parsed(asked: AskedBatch, idempotencyKey: string | null = null) {
  const result = parseBatch(asked, { tenant: 'acme', idempotencyKey });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result;
}

function pointersOf(body: unknown): readonly string[] {
  const result = parseEnvelope(body);
  return result.ok ? [] : result.errors.map(({ pointer }) => pointer);
}

describe('parseBatch', () => {
  it('gives a batch what it doesn’t say', () => {
    expect(parsed({}).settings).toEqual({
      id: 'b~0190-a',
      tenant: 'acme',
      name: null,
      mode: 'concurrent',
      maxParallel: 50,
      callback: null,
      acceptedAtMs: NOON_MS,
    });
  });

  it('keeps what it says', () => {
    const asked = { id: 'night', name: 'the night run', maxParallel: 7, callback: { url: 'https://example.org/', headers: { a: 'b' } } };

    expect(parsed(asked).settings).toMatchObject({
      ...asked,
      callback: { url: 'https://example.org/', headers: { a: 'b' }, progress: false },
    });
  });

  it('runs one item at a time in sequence, whatever else is asked for', () => {
    expect(parsed({ mode: 'sequential', maxParallel: 7 }).settings).toMatchObject({ mode: 'sequential', maxParallel: 1 });
  });

  it('can be repeated under an own id or an idempotency key, and the own id goes first', () => {
    const keyed = parsed({}, 'key-1');

    expect(parsed({}).isRepeatable).toBe(false);
    expect(parsed({ id: 'night' })).toMatchObject({ isRepeatable: true, settings: { id: 'night' } });
    expect(keyed.isRepeatable).toBe(true);
    expect(isBatchId(keyed.settings.id)).toBe(true);
    expect(parsed({}, 'key-1').settings.id).toBe(keyed.settings.id);
    expect(parsed({}, 'key-2').settings.id).not.toBe(keyed.settings.id);
    expect(parsed({ id: 'night' }, 'key-1').settings.id).toBe('night');
  });

  it('refuses a callback that its text alone rules out', () => {
    expect(parseBatch({ callback: { url: 'http://example.org/' } }, { tenant: 'acme', idempotencyKey: null })).toEqual({
      ok: false,
      errors: [{ pointer: '/callback/url', detail: 'it is not https' }],
    });
  });
});

describe('parseEnvelope', () => {
  it('leaves the events as they are, each being checked for itself', () => {
    const events = [{ type: 'sample' }, 3, null];

    expect(parseEnvelope({ events, mode: 'sequential' })).toEqual({ ok: true, value: { events, mode: 'sequential' } });
  });

  it.each<[unknown, string]>([
    [{}, '/events'],
    [{ events: [] }, '/events'],
    [{ events: {} }, '/events'],
    [{ events: [1], id: 'a/b' }, '/id'],
    [{ events: [1], id: 'b~1' }, '/id'],
    [{ events: [1], name: '' }, '/name'],
    [{ events: [1], mode: 'parallel' }, '/mode'],
    [{ events: [1], maxParallel: 0 }, '/maxParallel'],
    [{ events: [1], maxParallel: 1_001 }, '/maxParallel'],
    [{ events: [1], maxParallel: 1.5 }, '/maxParallel'],
    [{ events: [1], callback: {} }, '/callback/url'],
    [{ events: [1], parallel: 3 }, '/parallel'],
    [[1], ''],
    [null, ''],
  ])('refuses %j at "%s"', (body, pointer) => {
    expect(pointersOf(body)).toEqual([pointer]);
  });
});

describe('the query of a batch of lines', () => {
  it('reads numbers', () => {
    expect(batchQuery.parse({ maxParallel: '20', mode: 'concurrent' })).toEqual({ maxParallel: 20, mode: 'concurrent' });
  });

  it.each([{ maxParallel: 'many' }, { maxParallel: '0' }, { maxParallel: '' }, { strict: 'yes' }, { events: '1' }, { callbackUrl: '' }])(
    'refuses %j',
    (query) => {
      expect(batchQuery.safeParse(query).success).toBe(false);
    },
  );
});
