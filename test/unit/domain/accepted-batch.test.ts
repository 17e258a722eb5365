import { describe, expect, it } from 'vitest';
import { calledBack, dueAtMs, kindOf, kindsOf, planPage } from '../../../domain/accepted-batch.ts';
import { eventItem, heavyItem, rejectedItem } from './batch-samples.ts';
import { acceptedEvent, lightPlan, NOON_MS } from './event-samples.ts';

const callback = { url: 'https://example.org/hook', headers: {}, progress: false };
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

describe('dueAtMs', () => {
  it('is when an item was accepted, or its delay after that', () => {
    expect([eventItem(), delayed, rejectedItem()].map(dueAtMs)).toEqual([NOON_MS, NOON_MS + 10, NOON_MS]);
  });
});

describe('planPage', () => {
  it('says how all items of a page run, where that is known and the same', () => {
    expect(planPage([eventItem(), rejectedItem()], NOON_MS)).toEqual({ size: 2, kind: 's' });
    expect(planPage([eventItem(), heavyItem], NOON_MS)).toEqual({ size: 2, kind: null });
    expect(planPage([delayed], NOON_MS)).toEqual({ size: 1, kind: null });
  });

  it('says whether any of them is to be called back', () => {
    expect(planPage([eventItem(), eventItem({ callback })], NOON_MS)).toEqual({ size: 2, kind: 's', calls: true });
  });
});

describe('kindsOf', () => {
  it('says how each item of a page runs now, and when the next that is held back may', () => {
    const page = [eventItem(), heavyItem, eventItem({ delayMs: 30 }), delayed];

    expect(kindsOf(page, NOON_MS)).toEqual({ kinds: 's3dd', dueAtMs: NOON_MS + 10 });
    expect(kindsOf(page, NOON_MS + 10)).toEqual({ kinds: 's3ds', dueAtMs: NOON_MS + 30 });
    expect(kindsOf(page, NOON_MS + 30)).toEqual({ kinds: 's3ss', dueAtMs: null });
  });
});

describe('calledBack', () => {
  it('is the event that names a callback, whether it is valid or not', () => {
    const event = acceptedEvent({ callback });

    expect(calledBack({ kind: 'event', event })).toBe(event);
    expect(calledBack(rejectedItem({ event }))).toBe(event);
    expect(calledBack(eventItem())).toBeNull();
    expect(calledBack(rejectedItem())).toBeNull();
  });
});
