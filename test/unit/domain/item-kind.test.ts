import { describe, expect, it } from 'vitest';
import { kindOf, kindsOf } from '../../../domain/item-kind.ts';
import { eventItem, heavyItem, rejectedItem } from './batch-samples.ts';
import { lightPlan, NOON_MS } from './event-samples.ts';

const ofSubject = eventItem({ plan: { ...lightPlan, subjectType: 'life' } });
const delayed = eventItem({ delayMs: 10 });

describe('kindOf', () => {
  it('lets light items share a workflow, and lines that are no events', () => {
    expect(kindOf(eventItem(), 0)).toBe('s');
    expect(kindOf(rejectedItem(), 0)).toBe('s');
  });

  it('keeps those of subjects in order', () => {
    expect(kindOf(ofSubject, 0)).toBe('i');
  });

  it('gives heavy items a workflow of their own, with the priority of their tier', () => {
    expect(kindOf(heavyItem, 0)).toBe('3');
    expect(kindOf(eventItem({ tier: 'critical', plan: { ...lightPlan, weight: 'heavy' } }), 0)).toBe('1');
  });

  it('holds back an item with a delay until its time has come', () => {
    expect(kindOf(delayed, 9)).toBe('d');
    expect(kindOf(delayed, 10)).toBe('s');
    expect(kindOf(eventItem({ delayMs: 10, plan: { ...lightPlan, weight: 'heavy' } }), 10)).toBe('3');
  });
});

it('counts no delay from when an item was accepted, which another clock says', () => {
  for (const acceptedAtMs of [0, NOON_MS + 3_600_000]) {
    expect(kindOf(eventItem({ delayMs: 10, acceptedAtMs }), 9)).toBe('d');
    expect(kindOf(eventItem({ delayMs: 10, acceptedAtMs }), 10)).toBe('s');
  }
});

describe('kindsOf', () => {
  it('says how each item of a page runs now, and when the next that is held back may', () => {
    const page = [eventItem(), heavyItem, eventItem({ delayMs: 30 }), delayed];

    expect(kindsOf(page, { startedAtMs: NOON_MS, nowMs: NOON_MS })).toEqual({ kinds: 's3dd', dueAtMs: NOON_MS + 10 });
    expect(kindsOf(page, { startedAtMs: NOON_MS, nowMs: NOON_MS + 10 })).toEqual({ kinds: 's3ds', dueAtMs: NOON_MS + 30 });
    expect(kindsOf(page, { startedAtMs: NOON_MS, nowMs: NOON_MS + 30 })).toEqual({ kinds: 's3ss', dueAtMs: null });
  });
});
