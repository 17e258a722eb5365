import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLiveRuns, liveResource } from '../../../api/live-runs.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { acceptRun, beginAttempt, endRun } from '../../../domain/event-run.ts';
import { sampleEvent } from './sample-event.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('live runs', () => {
  it('show what was last seen of a run', () => {
    const live = createLiveRuns();
    expect(live.find('a')).toBeUndefined();
    live.observe(running('a'), { id: 'a', runId: '1' });
    live.observe(ended('a'), { id: 'a', runId: '1' });
    expect(live.find('a')).toMatchObject({ run: ended('a'), workflow: { id: 'a', runId: '1' } });
  });

  it('forget the run not heard of for longest', () => {
    const live = createLiveRuns(2);
    for (const id of ['a', 'b', 'a', 'c']) live.observe(running(id), { id, runId: '1' });
    expect(['a', 'b', 'c'].filter((id) => live.find(id) !== undefined)).toEqual(['a', 'c']);
  });

  it('tell everybody who waits for the end of a run, and nobody else', async () => {
    const live = createLiveRuns();
    const waiting = ['a', 'a', 'b'].map((id) => live.whenEnded(id, 1_000).ended);
    live.observe(running('a'), { id: 'a', runId: '1' });
    live.observe(ended('a'), { id: 'a', runId: '1' });
    vi.advanceTimersByTime(1_000);
    const [first, second, other] = await Promise.all(waiting);
    expect(first).toMatchObject({ run: ended('a'), workflow: { id: 'a', runId: '1' } });
    expect(second).toEqual(first);
    expect(other).toBeNull();
  });

  it('give up when the wait is over, and then hear no more', async () => {
    const live = createLiveRuns();
    const { ended: end } = live.whenEnded('a', 1_000);
    vi.advanceTimersByTime(1_000);
    live.observe(ended('a'), { id: 'a', runId: '1' });
    expect(await end).toBeNull();
  });

  it('tell of the end of the run that is asked for, where an earlier one is remembered', async () => {
    const live = createLiveRuns();
    live.observe(ended('a'), { id: 'a', runId: '1' });
    const [any, second] = [live.whenEnded('a', 1_000), live.whenEnded('a', 1_000, '2')];
    expect(await any.ended).toMatchObject({ workflow: { runId: '1' } });
    live.observe(running('a'), { id: 'a', runId: '2' });
    live.observe(ended('a'), { id: 'a', runId: '2' });
    expect(await second.ended).toMatchObject({ workflow: { runId: '2' } });
  });

  it('stop waiting when told to, which leaves the others waiting', async () => {
    const live = createLiveRuns();
    const [stopped, other] = [live.whenEnded('a', 1_000), live.whenEnded('a', 1_000)];
    stopped.stop();
    expect(await stopped.ended).toBeNull();
    live.observe(ended('a'), { id: 'a', runId: '1' });
    expect(await other.ended).not.toBeNull();
    other.stop();
  });
});

describe('listening to a run', () => {
  it('tells of every change, and of none after the end of listening', () => {
    const live = createLiveRuns();
    const heard: string[] = [];
    const stops = ['one', 'other'].map((name) => live.listen('a', ({ run }) => heard.push(`${name} ${run.phase.status}`)));
    live.observe(running('a'), { id: 'a', runId: '1' });
    live.observe(running('b'), { id: 'b', runId: '1' });
    stops[0]?.();
    live.observe(ended('a'), { id: 'a', runId: '1' });
    stops[1]?.();
    live.observe(ended('a'), { id: 'a', runId: '1' });
    expect(heard).toEqual(['one running', 'other running', 'other completed']);
  });
});

describe('liveResource', () => {
  const workflow = { id: 'a', runId: '1' };

  it('shows an end that is not on record as such, and the callback as pending', () => {
    expect(liveResource({ run: ended('a'), workflow })).toMatchObject({
      id: 'a',
      status: 'completed',
      recorded: false,
      callback: { status: 'pending', url: 'https://example.org/', attempts: [] },
      workflow: { id: 'a', runId: '1', url: null },
    });
  });

  it('shows no end that is to be recorded first', () => {
    const run = ended('a');
    const recordsFirst = { ...run, event: { ...run.event, plan: { ...run.event.plan, respondAfterRecord: true } } };
    expect(liveResource({ run: recordsFirst, workflow })).toMatchObject({ status: 'running', completedAt: null });
  });

  it('says nothing of a record of what goes on', () => {
    expect(liveResource({ run: running('a'), workflow })).not.toHaveProperty('recorded');
  });
});

function running(id: string): EventRun {
  return beginAttempt(acceptRun(sampleEvent(id)), 'meaning');
}

function ended(id: string): EventRun {
  return endRun(running(id), { status: 'completed', endedAtMs: 2_000 });
}
