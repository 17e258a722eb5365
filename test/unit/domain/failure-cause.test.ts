import { describe, expect, it } from 'vitest';
import { failureCause } from '../../../domain/failure-cause.ts';
import { eventError } from './event-samples.ts';

describe('failureCause', () => {
  it('joins type, stage and code', () => {
    const error = eventError({ stage: 'action', code: 'card_declined' });

    expect(failureCause('order-placed', error)).toBe('order-placed:action:card_declined');
  });

  it('says none for an event that failed outside its stages', () => {
    const error = eventError({ stage: null, code: 'terminated' });

    expect(failureCause('order-placed', error)).toBe('order-placed:none:terminated');
  });
});
