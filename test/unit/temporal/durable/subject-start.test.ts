import { expect, it } from 'vitest';
import { subjectAttributes, subjectStart } from '../../../../temporal/durable/subject-start.ts';

const key = { tenant: 'acme', type: 'life', id: 'life-1' };

it('starts a subject that is new under its own id, with nothing in it', () => {
  expect(subjectStart(key)).toMatchObject({
    workflowId: '~subject/acme/life/life-1',
    taskQueue: 'light',
    args: [{ subject: { key, version: 0 } }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'subject life/life-1',
  });
});

it('is found by its tenant and its name', () => {
  expect(subjectAttributes(key)).toEqual({ Kind: 'internal', Tenant: 'acme', Subject: 'life/life-1' });
});
