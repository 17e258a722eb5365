import { CancelledFailure } from '@temporalio/common';
import { describe, expect, it, vi } from 'vitest';
import { openPort, throwStopped } from '../../../../activities/run/open-port.ts';
import { acceptRun, beginAttempt, stateOf } from '../../../../domain/event-run.ts';
import type { EventRun } from '../../../../domain/event-run.ts';
import { Stopped } from '../../../../handlers/stopped.ts';
import { acceptedEvent } from '../../domain/event-samples.ts';

const NAME = { event: 'order-1', type: 'sample', tier: 'normal', tenant: 'default' };
const half = { step: 'load', percent: 50, message: 'half' };
const runs = [acceptRun(acceptedEvent()), acceptRun(acceptedEvent({ id: 'order-2' }))];

function prepare(signal = new AbortController().signal) {
  const shown: EventRun[] = [];
  const progressed: EventRun[] = [];
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const port = openPort({
    runs,
    surroundings: { signal },
    log,
    onRun: (run) => shown.push(run),
    onProgress: (run) => progressed.push(run),
  });
  return { port, shown, progressed, log };
}

describe('what is told through a port', () => {
  it('shows each run as it stands, with its event and its latest progress', () => {
    const { port, shown, progressed } = prepare();
    const begun = runs.map((run) => beginAttempt(run, 'meaning'));

    for (const [index, run] of begun.entries()) port.tell({ kind: 'run', index, state: stateOf(run) });
    port.tell({ kind: 'progress', index: 1, progress: half });

    expect(shown).toEqual([...begun, { ...begun[1], progress: half }]);
    expect(progressed).toEqual([{ ...begun[1], progress: half }]);
  });

  it('is of no use without a run that it is of', () => {
    const { port, shown } = prepare();

    port.tell({ kind: 'progress', index: 2, progress: half });

    expect(shown).toEqual([]);
  });

  it('goes to the log of whoever opened it', () => {
    const { port, log, shown } = prepare();

    port.tell({ kind: 'log', index: 0, stage: 'action', attempt: 2, level: 'warn', message: 'slow', fields: { type: 'mine' } });

    expect(log.warn).toHaveBeenCalledExactlyOnceWith('slow', { ...NAME, stage: 'action', attempt: 2, fields: { type: 'mine' } });
    expect(shown).toEqual([]);
  });

  it('needs nobody who hears of progress apart', () => {
    const onRun = vi.fn();
    const { log } = prepare();
    const port = openPort({ runs, surroundings: { signal: new AbortController().signal }, log, onRun });

    port.tell({ kind: 'progress', index: 0, progress: half });

    expect(onRun).toHaveBeenCalledExactlyOnceWith({ ...runs[0], progress: half });
  });
});

describe('the signal of a port', () => {
  it.each([
    ['CANCELLED', 'cancelled'],
    ['PAUSED', 'cancelled'],
    ['RESET', 'cancelled'],
    ['TIMED_OUT', 'cancelled'],
    ['NOT_FOUND', 'cancelled'],
    ['WORKER_SHUTDOWN', 'shutdown'],
  ])('says of an activity that ends by %s that it was %s', (message, reason) => {
    const early = AbortSignal.abort(new CancelledFailure(message));
    const ending = new AbortController();
    const { port } = prepare(ending.signal);

    expect(port.signal.aborted).toBe(false);
    ending.abort(new CancelledFailure(message));

    for (const { reason: given } of [port.signal, prepare(early).port.signal]) {
      expect(given).toBeInstanceOf(Stopped);
      expect(given).toMatchObject({ reason });
    }
  });
});

describe('an activity that was told to stop', () => {
  const cancelled = new CancelledFailure('CANCELLED');

  it('ends as the engine says', () => {
    expect(() => throwStopped(new Stopped('cancelled'), { signal: AbortSignal.abort(cancelled) })).toThrow(cancelled);
  });

  it('ends by any other error as it is', () => {
    const broken = new Error('broken');

    expect(() => throwStopped(broken, { signal: AbortSignal.abort(cancelled) })).toThrow(broken);
    expect(() => throwStopped(broken, { signal: new AbortController().signal })).toThrow(broken);
  });
});
