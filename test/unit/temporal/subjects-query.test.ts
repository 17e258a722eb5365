import { expect, it } from 'vitest';
import { subjectsQuery } from '../../../temporal/subjects-query.ts';

it('finds the subjects of a type, of all tenants', () => {
  expect(subjectsQuery('life')).toBe(`WorkflowType = 'holdSubject' AND ExecutionStatus = 'Running' AND Subject STARTS_WITH 'life/'`);
});
