import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunState } from '../../../domain/event-run.ts';
import type { Told } from '../../../handlers/advance-port.ts';
import { createOutbox } from '../../../handlers/hosts/outbox.ts';

const state: RunState = {
  phase: { status: 'running', stage: 'action' },
  startedAtMs: 1,
  attempts: { action: 1 },
  results: {},
  progress: null,
  failures: { failed: 0, lost: 0 },
};
const half = { step: 'load', percent: 50, message: '' };

function prepare(isAlone = false) {
  const sent: (readonly Told[])[] = [];
  const other = { isBehind: false };
  const outbox = createOutbox({ isAlone, send: (told) => sent.push(told), isBehind: () => other.isBehind });
  const log = (message: string, fields?: Record<string, unknown>): void =>
    outbox.tell({ kind: 'log', index: 0, level: 'info', message, fields });
  return { outbox, sent, other, log };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what a host tells', () => {
  it('is the latest state and progress of each run, together, and every line', () => {
    const { outbox, sent, log } = prepare();
    const later = { ...state, attempts: { action: 2 } };
    outbox.tell({ kind: 'run', index: 0, state });
    outbox.tell({ kind: 'progress', index: 0, progress: { ...half, percent: 10 } });
    outbox.tell({ kind: 'run', index: 1, state });
    outbox.tell({ kind: 'run', index: 0, state: later });
    outbox.tell({ kind: 'progress', index: 0, progress: half });
    log('one');
    log('two');
    expect(sent).toEqual([]);

    vi.advanceTimersByTime(10);

    expect(sent).toEqual([
      [
        { kind: 'run', index: 0, state: later },
        { kind: 'run', index: 1, state },
        { kind: 'progress', index: 0, progress: half },
        { kind: 'log', index: 0, level: 'info', message: 'one', fields: undefined },
        { kind: 'log', index: 0, level: 'info', message: 'two', fields: undefined },
      ],
    ]);
    vi.advanceTimersByTime(1_000);
    expect(sent).toHaveLength(1);
  });

  it('is no progress of a stage that is over', () => {
    const { outbox, sent } = prepare();
    outbox.tell({ kind: 'progress', index: 0, progress: half });
    outbox.tell({ kind: 'run', index: 0, state });

    vi.advanceTimersByTime(10);

    expect(sent).toEqual([[{ kind: 'run', index: 0, state }]]);
  });

  it('is told at once of a run that is alone, so that it is known how far it was', () => {
    const { outbox, sent } = prepare(true);

    outbox.tell({ kind: 'run', index: 0, state });

    expect(sent).toEqual([[{ kind: 'run', index: 0, state }]]);
  });

  it('at the end is no state that the outcome says better', () => {
    const { outbox, sent, log } = prepare();
    outbox.tell({ kind: 'run', index: 0, state });
    log('last');

    outbox.end();
    vi.advanceTimersByTime(1_000);

    expect(sent.map((told) => told.map(({ kind }) => kind))).toEqual([['log']]);
  });

  it('waits while the service is behind, and leaves out the lines that are too many', () => {
    const { outbox, sent, other, log } = prepare();
    other.isBehind = true;
    for (let line = 0; line < 700; line += 1) log(`line ${line}`);
    outbox.tell({ kind: 'run', index: 0, state });
    vi.advanceTimersByTime(1_000);
    expect(sent).toEqual([]);

    other.isBehind = false;
    vi.advanceTimersByTime(10);

    expect(sent[0]).toHaveLength(502);
    expect(sent[0]?.at(-1)).toMatchObject({ level: 'warn', message: '200 log lines were left out: there were too many at once' });
  });

  it.each([
    ['large', { text: 'x'.repeat(20_000) }, { leftOut: '20011 characters of fields' }],
    ['no JSON', circular(), { leftOut: 'fields that are not JSON' }],
    ['a function or a symbol', { retry: String, key: Symbol('x') }, { retry: String(String), key: 'Symbol(x)' }],
    ['a bigint', { count: 5n }, { count: '5' }],
    ['JSON', { at: new Date(0), gone: undefined }, { at: '1970-01-01T00:00:00.000Z' }],
  ])('has fields within bounds, also of what is %s', (_what, fields, expected) => {
    const { sent, log } = prepare(true);

    log('line', fields);

    expect(sent).toEqual([[{ kind: 'log', index: 0, level: 'info', message: 'line', fields: expected }]]);
  });

  it('has messages within bounds, whatever is given for one', () => {
    const { sent, log } = prepare(true);

    log('x'.repeat(10_000));
    log(Object.create(null) as string);

    expect(sent.map(([line]) => (line?.kind === 'log' ? line.message.length : 0))).toEqual([4_000, expect.any(Number)]);
  });
});

function circular(): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}
