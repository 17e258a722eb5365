import { expect, it } from 'vitest';
import { z } from 'zod';
import { MAX_FAULTS } from '../../../domain/fault.ts';
import { toFaults } from '../../../domain/to-faults.ts';

it('has a place for each fault, as any Standard Schema names it', () => {
  const issues = [
    { message: 'all of it' },
    { message: 'in a list', path: ['lines', 0] },
    { message: 'by segments', path: [{ key: 'a/b' }] },
  ];
  expect(toFaults(issues, '/data')).toEqual([
    { pointer: '/data', detail: 'all of it' },
    { pointer: '/data/lines/0', detail: 'in a list' },
    { pointer: '/data/a~1b', detail: 'by segments' },
  ]);
  expect(toFaults(undefined, '')).toEqual([]);
  expect(
    toFaults(
      Array.from({ length: 500 }, () => ({ message: 'm' })),
      '',
    ),
  ).toHaveLength(MAX_FAULTS);
});

it('names each field that there is not', () => {
  const { error } = z.strictObject({}).safeParse({ a: 1, b: 2 });
  expect(toFaults(error?.issues, '').map(({ pointer }) => pointer)).toEqual(['/a', '/b']);
});
