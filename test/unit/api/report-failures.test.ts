import { expect, it } from 'vitest';
import { createFailureReport } from '../../../api/report-failures.ts';
import type { ToldFailure } from '../../../domain/known-causes.ts';
import type { RunEnd } from '../../../domain/run-end.ts';

const cause = { kind: 'subject', tenant: 'acme', type: 'order', stage: 'action', code: 'gone', message: '' } as const;
const end: RunEnd = {
  event: 's~1',
  run: 1,
  tenant: 'acme',
  type: 'order',
  tier: 'normal',
  outcome: 'failed',
  cause,
  queuedMs: 0,
  runMs: 0,
};

function reporting(fails: () => boolean = () => false) {
  const told: (readonly [string, readonly ToldFailure[]])[] = [];
  const failures: unknown[] = [];
  const report = createFailureReport({
    tell: async (tenant, some) => {
      if (fails()) throw new Error('away');
      told.push([tenant, some]);
    },
    onFailure: (error) => failures.push(error),
    now: () => 7,
  });
  return { report, told, failures };
}

it('tells of what nobody else can count, once', async () => {
  const { report, told } = reporting();
  report.heard(end);
  report.heard({ ...end, cause: { ...cause, kind: 'event' } });
  report.heard({ ...end, event: 's~2', cause: { ...cause, tenant: 'other' } });
  await report.tellAll();
  await report.tellAll();
  expect(told).toMatchObject([
    ['acme', [{ id: 's~1', type: 'order', stage: 'action', code: 'gone', atMs: 7 }]],
    ['other', [{ id: 's~2' }]],
  ]);
});

it('keeps what it could not tell, and what comes meanwhile', async () => {
  let isAway = true;
  const { report, told, failures } = reporting(() => isAway);
  report.heard(end);
  await report.tellAll();
  expect([told, failures]).toMatchObject([[], [{ message: 'away' }]]);
  isAway = false;
  for (let index = 0; index < 300; index += 1) report.heard({ ...end, event: `s~${index}` });
  await report.tellAll();
  await report.tellAll();
  expect(told.map(([, some]) => some.length)).toEqual([200, 101]);
});
