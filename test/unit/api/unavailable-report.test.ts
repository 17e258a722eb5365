import { expect, it } from 'vitest';
import { createUnavailableReport } from '../../../api/unavailable-report.ts';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';

it('says what is wrong when it is new, and every ten seconds while it lasts', () => {
  let atMs = 0;
  const lines: unknown[] = [];
  const report = createUnavailableReport({ error: (...line: unknown[]) => void lines.push(line) } as never, () => atMs);
  const full = new EngineUnavailableError('the engine does not answer', { cause: new Error('database or disk is full') });

  for (; atMs < 12_000; atMs += 1_000) report(full, '/v1/events');
  report(new EngineUnavailableError('the engine does not answer', { cause: new Error('disk I/O error') }), '/readyz');

  expect(lines).toEqual([
    [{ reason: 'database or disk is full', path: '/v1/events' }, 'the engine does not answer'],
    [{ reason: 'database or disk is full', path: '/v1/events', times: 10 }, 'the engine does not answer'],
    [{ reason: 'disk I/O error', path: '/readyz' }, 'the engine does not answer'],
  ]);
});
