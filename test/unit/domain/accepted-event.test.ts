import { describe, expect, it } from 'vitest';
import { dueAtMs } from '../../../domain/accepted-event.ts';
import { acceptedEvent, NOON_MS } from './event-samples.ts';

describe('dueAtMs', () => {
  it('is when an event was accepted, or its delay after that', () => {
    expect([acceptedEvent(), acceptedEvent({ delayMs: 10 })].map(dueAtMs)).toEqual([NOON_MS, NOON_MS + 10]);
  });
});
