import { describe, expect, it } from 'vitest';
import { calledBack, dueAtMs } from '../../../domain/batch-item.ts';
import { eventItem, rejectedItem } from './batch-samples.ts';
import { acceptedEvent, NOON_MS } from './event-samples.ts';

const callback = { url: 'https://example.org/hook', headers: {}, progress: false };

describe('dueAtMs', () => {
  it('is when an item was accepted, or its delay after that', () => {
    expect([eventItem(), eventItem({ delayMs: 10 }), rejectedItem()].map(dueAtMs)).toEqual([NOON_MS, NOON_MS + 10, NOON_MS]);
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
