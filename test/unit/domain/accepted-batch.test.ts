import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../domain/accepted-batch.ts';
import { eventItem, heavyItem, rejectedItem } from './batch-samples.ts';

describe('kindOf', () => {
  it('lets light items share a workflow, and lines that are no events', () => {
    expect(kindOf(eventItem())).toBe('shared');
    expect(kindOf(rejectedItem())).toBe('shared');
  });

  it('gives heavy items a workflow of their own, and those with a delay', () => {
    expect(kindOf(heavyItem)).toBe('own');
    expect(kindOf(eventItem({ delayMs: 1 }))).toBe('own');
  });
});
