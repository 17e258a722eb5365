import { describe, expect, it } from 'vitest';
import { planPage } from '../../../domain/accepted-batch.ts';
import { eventItem, heavyItem, rejectedItem } from './batch-samples.ts';

const callback = { url: 'https://example.org/hook', headers: {}, progress: false };

describe('planPage', () => {
  it('says how all items of a page run, where that is known and the same', () => {
    expect(planPage([eventItem(), rejectedItem()])).toEqual({ size: 2, kind: 's' });
    expect(planPage([eventItem(), heavyItem])).toEqual({ size: 2, kind: null });
    expect(planPage([eventItem({ delayMs: 10 })])).toEqual({ size: 1, kind: null });
    expect(planPage([])).toEqual({ size: 0, kind: null });
  });

  it('says whether any of them is to be called back', () => {
    expect(planPage([eventItem(), eventItem({ callback })])).toEqual({ size: 2, kind: 's', calls: true });
  });
});
