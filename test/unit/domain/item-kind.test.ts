import { describe, expect, it } from 'vitest';
import { kindOf, kindsOf } from '../../../domain/item-kind.ts';
import { eventItem, heavyItem, rejectedItem } from './batch-samples.ts';
import { lightPlan, NOON_MS } from './event-samples.ts';

const ofSubject = eventItem({ plan: { ...lightPlan, subjectType: 'life' } });
const delayed = eventItem({ delayMs: 10 });

describe('kindOf', () => {
  it('lets light items share a workflow, and lines that are no events', () => {
    expect(kindOf(eventItem(), NOON_MS)).toBe('s');
    expect(kindOf(rejectedItem(), NOON_MS)).toBe('s');
  });

  it('keeps those of subjects in order', () => {
    expect(kindOf(ofSubject, NOON_MS)).toBe('i');
  });

  it('gives heavy items a workflow of their own, with the priority of their tier', () => {
    expect(kindOf(heavyItem, NOON_MS)).toBe('3');
    expect(kindOf(eventItem({ tier: 'critical', plan: { ...lightPlan, weight: 'heavy' } }), NOON_MS)).toBe('1');
  });

  it('holds back an item with a delay until its time has come', () => {
    expect(kindOf(delayed, NOON_MS + 9)).toBe('d');
    expect(kindOf(delayed, NOON_MS + 10)).toBe('s');
    expect(kindOf(eventItem({ delayMs: 10, plan: { ...lightPlan, weight: 'heavy' } }), NOON_MS + 10)).toBe('3');
  });
});

it('holds back no item that was accepted later than its batch, as most of a long upload are', () => {
  expect(kindOf(eventItem(), Number.NEGATIVE_INFINITY)).toBe('s');
});

describe('kindsOf', () => {
  it('says how each item of a page runs now, and when the next that is held back may', () => {
    const page = [eventItem(), heavyItem, eventItem({ delayMs: 30 }), delayed];

    expect(kindsOf(page, NOON_MS)).toEqual({ kinds: 's3dd', dueAtMs: NOON_MS + 10 });
    expect(kindsOf(page, NOON_MS + 10)).toEqual({ kinds: 's3ds', dueAtMs: NOON_MS + 30 });
    expect(kindsOf(page, NOON_MS + 30)).toEqual({ kinds: 's3ss', dueAtMs: null });
  });
});
