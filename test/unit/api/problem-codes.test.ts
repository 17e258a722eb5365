import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { PROBLEM_CODES, statusOf } from '../../../api/problem.ts';

it('documents each code of a problem with its status, and no other', async () => {
  const page = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (\d{3}) \| ([^|]+) \|/gm)];
  const documented = rows.flatMap(([, status, codes = '']) => [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => `${status} ${code}`));
  expect(documented.toSorted()).toEqual(PROBLEM_CODES.map((code) => `${statusOf(code)} ${code}`).toSorted());
});
