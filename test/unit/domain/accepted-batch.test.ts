import { describe, expect, it } from 'vitest';
import { planPage } from '../../../domain/accepted-batch.ts';
import { eventItem, heavyItem, rejectedItem } from './batch-samples.ts';
import { NOON_MS } from './event-samples.ts';

const callback = { url: 'https://example.org/hook', headers: {}, progress: false };

describe('planPage', () => {
  it('says how all items of a page run, where that is known and the same', () => {
    expect(planPage([eventItem(), rejectedItem()], NOON_MS)).toEqual({ size: 2, kind: 's' });
    expect(planPage([eventItem(), heavyItem], NOON_MS)).toEqual({ size: 2, kind: null });
    expect(planPage([eventItem({ delayMs: 10 })], NOON_MS)).toEqual({ size: 1, kind: null });
    expect(planPage([], NOON_MS)).toEqual({ size: 0, kind: null });
  });

  it('says whether any of them is to be called back', () => {
    expect(planPage([eventItem(), eventItem({ callback })], NOON_MS)).toEqual({ size: 2, kind: 's', calls: true });
  });
});
