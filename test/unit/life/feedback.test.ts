import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PendingAction } from '../../../events/life/rules/feedback-record.ts';
import { drawFeedbackDelayTicks, observeFeedback } from '../../../events/life/rules/feedback.ts';
import type { SelfState } from '../../../events/life/rules/self-state.ts';
import { calmState } from './life-samples.ts';

const pending: PendingAction = {
  actionId: 'event-1',
  pattern: 'absorb',
  vitalsBefore: { energy: 59, stability: 0.6, integrity: 0.9 },
  registeredAtTick: 100,
  delayTicks: 4,
  associatedEvents: ['event-1'],
};

describe('feedback', () => {
  it('waits until the delay of the action has passed', () => {
    const state = stateAt(103);

    expect(observeFeedback(state, 5000)).toEqual({ state, records: [] });
  });

  it('records the change since before the action and remembers it', () => {
    const { state, records } = observeFeedback({ ...stateAt(104), subjectiveTimeSeconds: 7 }, 5000);

    const record = {
      actionId: 'event-1',
      pattern: 'absorb',
      stateDelta: { energy: 1, stability: 0, integrity: 0 },
      timestampMs: 5000,
      delayTicks: 4,
      associatedEvents: ['event-1'],
    };
    expect(records).toEqual([record]);
    expect(state.pendingActions).toEqual([]);
    expect(state.memory).toEqual([
      {
        eventType: 'feedback',
        significance: 0,
        timestampMs: 5000,
        weight: 1,
        subjectiveTimestampSeconds: 7,
        feedbackData: record,
      },
    ]);
  });

  it.each([
    [{ energy: 60.0011, stability: 0.6, integrity: 0.9 }, 1],
    [{ energy: 60, stability: 0.5989, integrity: 0.9 }, 1],
    [{ energy: 60, stability: 0.6, integrity: 0.9011 }, 1],
    [{ energy: 60, stability: 0.6, integrity: 0.9 }, 0],
    [{ energy: 60.0009, stability: 0.6009, integrity: 0.9009 }, 0],
  ])('of a change since %o gives %s records and waits no longer', (vitalsBefore, count) => {
    const { state, records } = observeFeedback(stateAt(104, { vitalsBefore }), 5000);

    expect(records).toHaveLength(count);
    expect(state.memory).toHaveLength(count);
    expect(state.pendingActions).toEqual([]);
  });

  it('does not record a change of exactly 0.001', () => {
    const state = { ...stateAt(104), energy: 0.001, stability: 0, integrity: 0 };
    const vitalsBefore = { energy: 0, stability: 0, integrity: 0 };

    const observed = observeFeedback({ ...state, pendingActions: [{ ...pending, vitalsBefore }] }, 5000);

    expect(observed.records).toEqual([]);
  });

  it('drops an action that has waited for more than 20 ticks', () => {
    expect(observeFeedback(stateAt(120), 5000).records).toHaveLength(1);

    const { state, records } = observeFeedback(stateAt(121), 5000);

    expect(records).toEqual([]);
    expect(state.pendingActions).toEqual([]);
  });

  it('keeps the actions that are not due', () => {
    const later = { ...pending, actionId: 'event-2', delayTicks: 9 };
    const state = { ...stateAt(104), pendingActions: [pending, later] };

    const observed = observeFeedback(state, 5000);

    expect(observed.records.map(({ actionId }) => actionId)).toEqual(['event-1']);
    expect(observed.state.pendingActions).toEqual([later]);
  });

  it('comes after 3 to 10 ticks, whatever the hash', () => {
    fc.assert(
      fc.property(fc.integer(), (hash) => {
        expect([3, 4, 5, 6, 7, 8, 9, 10]).toContain(drawFeedbackDelayTicks(hash));
      }),
    );
  });

  it('draws each delay equally often', () => {
    const delays = Array.from({ length: 8 }, (_, hash) => drawFeedbackDelayTicks(hash));

    expect(delays).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

function stateAt(ticks: number, action: Partial<PendingAction> = {}): SelfState {
  return { ...calmState, ticks, pendingActions: [{ ...pending, ...action }] };
}
