import { describe, expect, it } from 'vitest';
import { calledBack } from '../../../domain/batch-item.ts';
import { eventItem, rejectedItem } from './batch-samples.ts';
import { acceptedEvent } from './event-samples.ts';

const callback = { url: 'https://example.org/hook', headers: {}, progress: false };

describe('calledBack', () => {
  it('is the event that names a callback, whether it is valid or not', () => {
    const event = acceptedEvent({ callback });

    expect(calledBack({ kind: 'event', event })).toBe(event);
    expect(calledBack(rejectedItem({ event }))).toBe(event);
    expect(calledBack(eventItem())).toBeNull();
    expect(calledBack(rejectedItem())).toBeNull();
  });
});
