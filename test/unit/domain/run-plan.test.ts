import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { on } from '../../../domain/on.ts';
import { toRunPlan } from '../../../domain/run-plan.ts';

const ordered = defineEvent({ type: 'ordered', data: z.unknown(), tier: 'normal', handler: () => 'done' });
const asked = { type: 'ordered', limits: [], subjectType: undefined };

it('copies what its type says of handlers, and nothing where it has none', () => {
  const first = on(ordered, 'first', () => null);
  const then = on(ordered, 'then', () => null, { after: 'first', tier: 'low', weight: 'heavy', timeout: 5, retry: { maxAttempts: 1 } });
  expect(toRunPlan(ordered, asked)).not.toHaveProperty('handlers');
  expect(toRunPlan(ordered, { ...asked, handlers: [first, then] }).handlers).toEqual([
    { name: 'first', weight: 'light', retry: first.retry, timeoutMs: 10_000 },
    { name: 'then', weight: 'heavy', retry: { ...first.retry, maxAttempts: 1 }, timeoutMs: 5, after: ['first'], tier: 'low' },
  ]);
});
