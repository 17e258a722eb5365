import { expect, it } from 'vitest';
import { createObserveEnd } from '../../../api/log-verdict.ts';
import { createLoggerTo } from '../../../config/logger.ts';
import type { RunEnd } from '../../../domain/run-end.ts';

const END: RunEnd = { event: 'e-1', run: 1, tenant: 'acme', type: 'order', tier: 'high', outcome: 'completed', queuedMs: 1, runMs: 2 };

function observe(level: string, ...ends: readonly RunEnd[]) {
  const lines: unknown[] = [];
  const counted: RunEnd[] = [];
  const logger = createLoggerTo({ write: (line) => void lines.push(JSON.parse(line)) }, level);
  const observeEnd = createObserveEnd({ ended: (end) => void counted.push(end) }, logger, { heard: () => undefined });
  ends.forEach(observeEnd);
  return { lines, counted };
}

const error = { code: 'gone', message: 'no more', stage: 'action', retryable: false };
const ENDS: readonly RunEnd[] = [
  END,
  { ...END, outcome: 'cancelled' },
  { ...END, outcome: 'failed', error, run: 2, requestId: 'r-1' },
  { ...END, outcome: 'partial', failedHandlers: ['tell'] },
];

it('tells of each verdict once, as a warning where something has failed', () => {
  const { lines } = observe('info', ...ENDS);

  expect(lines).toMatchObject([
    { level: 30, msg: 'order completed', event: 'e-1', type: 'order', tier: 'high', tenant: 'acme', queuedMs: 1, runMs: 2 },
    { level: 30, msg: 'order cancelled' },
    { level: 40, msg: 'order failed: no more', code: 'gone', stage: 'action', run: 2, requestId: 'r-1' },
    { level: 40, msg: 'order partial', failedHandlers: ['tell'] },
  ]);
});

it('counts all of them, also where none is to be told', () => {
  expect(observe('warn', ...ENDS)).toMatchObject({ lines: { length: 2 }, counted: ENDS });
  expect(observe('error', ...ENDS)).toMatchObject({ lines: { length: 0 }, counted: ENDS });
});
