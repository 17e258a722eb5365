import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_TENANT,
  isBatchId,
  isEventId,
  isLimitKey,
  keyedEventId,
  newBatchId,
  newEventId,
  ownerId,
} from '../../../../domain/event-id.ts';
import { isSubjectId } from '../../../../domain/subject-id.ts';
import { alertsStart } from '../../../../temporal/durable/alerts-start.ts';
import { statsStart } from '../../../../temporal/durable/stats-start.ts';
import {
  archivedBatchWorkflowId,
  archivedJobWorkflowId,
  batchWorkflowId,
  deliveryWorkflowId,
  destinationWorkflowId,
  eventWorkflowId,
  isUnitWorkflowId,
  limitWorkflowId,
  pageWorkflowId,
  parseSubjectWorkflowId,
  ALERTS_WORKFLOW_ID,
  statsWorkflowId,
  subjectWorkflowId,
  tenantOfPage,
  unitWorkflowId,
} from '../../../../temporal/durable/workflow-ids.ts';

const ownId = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/).filter((id) => id !== '.' && id !== '..');
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const madeId = fc.oneof(fc.uuid().map(newEventId), digest.map(keyedEventId));
const batchId = fc.oneof(ownId, fc.uuid().map(newBatchId), digest.map(keyedEventId));
// As short and as alike as can be, so that collisions would be found.
const alikeId = fc.oneof(fc.stringMatching(/^(e~|k~)?[a1.-]{1,3}$/).filter(isEventId), ownId, madeId);
const tenant = fc.oneof(fc.constant(DEFAULT_TENANT), fc.stringMatching(/^[ae1~./-]{0,4}$/), fc.string());
const anySubject = fc.record({
  type: fc.stringMatching(/^[a-z][a-z0-9_.-]{0,31}$/),
  id: fc.stringMatching(/^[A-Za-z0-9._:@-]{1,80}$/).filter(isSubjectId),
});
const address = fc.record({ tenant, id: alikeId, run: fc.integer({ min: 1, max: 12 }) });

describe('eventWorkflowId', () => {
  it("is the event's id, below its tenant's name unless that is the default", () => {
    expect(eventWorkflowId({ tenant: 'default', id: 'order-1' })).toBe('order-1');
    expect(eventWorkflowId({ tenant: 'acme', id: 'order-1' })).toBe('acme/order-1');
  });

  it('is shared by no two events, whatever their tenants are called', () => {
    fc.assert(
      fc.property(address, address, (a, b) => {
        const same = a.tenant === b.tenant && a.id === b.id;

        expect(eventWorkflowId(a) === eventWorkflowId(b)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what a workflow id tells of', () => {
  it('is the tenant of a page, and whether items run there', () => {
    const batch = { tenant: 'acme', id: 'night' };

    expect(tenantOfPage(pageWorkflowId(batch, 'u', 3))).toBe('acme');
    expect(tenantOfPage(pageWorkflowId({ ...batch, tenant: 'default' }, 'u', 3))).toBe('default');
    expect(isUnitWorkflowId(unitWorkflowId(batch, 'u', { page: 1, number: 2 }))).toBe(true);
    expect(isUnitWorkflowId(pageWorkflowId(batch, 'u', 3))).toBe(false);
  });
});

describe('ownerId', () => {
  it('names the owner of a run as its workflow is named, and an item below its batch’s workflow', () => {
    fc.assert(
      fc.property(address, fc.nat(9), (event, index) => {
        expect(ownerId(event)).toBe(eventWorkflowId(event));
        expect(ownerId({ tenant: event.tenant, id: `${event.id}_${index}`, batchId: event.id })).toBe(
          `${batchWorkflowId(event)}.item.${index}`,
        );
      }),
    );
  });
});

describe('deliveryWorkflowId', () => {
  it('names the event and its run', () => {
    expect(deliveryWorkflowId({ owner: 'acme/order-1', run: 2 })).toBe('acme/order-1~callback.2');
  });

  it("is never an event's, and shared by no two runs", () => {
    fc.assert(
      fc.property(address, address, (a, b) => {
        const same = a.tenant === b.tenant && a.id === b.id && a.run === b.run;

        const [ofA, ofB] = [a, b].map((one) => deliveryWorkflowId({ owner: eventWorkflowId(one), run: one.run }));

        expect(ofA).not.toBe(eventWorkflowId(b));
        expect(ofA === ofB).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the workflows', () => {
  const anyTenant = fc.oneof(fc.constantFrom(DEFAULT_TENANT, 'acme', 'a/b'), fc.stringMatching(/^[a1.][ab1~./]{0,4}$/));
  const anyNumber = fc.nat(2);
  const anyUpload = fc.constantFrom('u', 'v1', '0190-a');
  const anyBatch = fc.record({ tenant: anyTenant, id: fc.oneof(fc.stringMatching(/^(b~|k~)?[a1.-]{1,2}$/).filter(isBatchId), batchId) });
  /** A workflow's id, and what it is for. */
  const anyWorkflow: fc.Arbitrary<{ readonly id: string; readonly of: readonly unknown[] }> = fc.oneof(
    address.map(({ run: _every, ...event }) => ({ id: eventWorkflowId(event), of: ['event', event] })),
    fc
      .stringMatching(/^[a1.]{1,2}$/)
      .filter(isLimitKey)
      .map((key) => ({ id: limitWorkflowId(key), of: ['limit', key] })),
    anyBatch.map((batch) => ({ id: batchWorkflowId(batch), of: ['batch', batch] })),
    address.map(({ run: _every, ...job }) => ({ id: archivedJobWorkflowId(job), of: ['archived job', job] })),
    anyBatch.map((batch) => ({ id: archivedBatchWorkflowId(batch), of: ['archived batch', batch] })),
    fc.tuple(anyBatch, anyUpload, anyNumber).map((of) => ({ id: pageWorkflowId(...of), of: ['page', ...of] })),
    fc
      .tuple(anyBatch, anyUpload, fc.record({ page: anyNumber, number: anyNumber }))
      .map((of) => ({ id: unitWorkflowId(...of), of: ['unit', ...of] })),
  );
  const anyWork = fc.oneof(
    anyWorkflow,
    fc
      .tuple(anyWorkflow, anyNumber)
      .map(([{ id, of }, run]) => ({ id: deliveryWorkflowId({ owner: id, run }), of: ['delivery', of, run] })),
  );

  it('say what they are for: no two different ones share an id', () => {
    fc.assert(
      fc.property(anyWork, anyWork, (a, b) => {
        expect(a.id === b.id).toBe(JSON.stringify(a.of) === JSON.stringify(b.of));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of batches have ids that no event can have', () => {
    const batch = { tenant: 'acme', id: 'night' };

    expect(batchWorkflowId(batch)).toBe('acme/night~batch');
    expect(pageWorkflowId(batch, '0190-a', 3)).toBe('acme/night~batch.page.0190-a.3');
    expect(unitWorkflowId(batch, 'upload-1', { page: 3, number: 1 })).toBe('acme/night~batch.unit.upload-1.3.1');
    expect(isEventId(batchWorkflowId({ tenant: DEFAULT_TENANT, id: 'night' }))).toBe(false);
  });
});

describe('subjectWorkflowId', () => {
  it('holds each tenant’s subject in a workflow of its own, which is no event’s', () => {
    const subject = { type: 'life', id: 'life-1' };
    expect(subjectWorkflowId({ ...subject, tenant: 'default' })).toBe('~subject/default/life/life-1');
    expect(subjectWorkflowId({ ...subject, tenant: 'acme' })).toBe('~subject/acme/life/life-1');
  });

  it('knows the subject of a workflow, and no other workflow', () => {
    const anyKey = fc.record({ tenant: fc.constantFrom('default', 'acme'), subject: anySubject });
    fc.assert(
      fc.property(anyKey, ({ tenant, subject }) => {
        const key = { tenant, ...subject };
        expect(parseSubjectWorkflowId(subjectWorkflowId(key))).toEqual(key);
      }),
    );
    for (const id of ['e~1', '~limit/tasks', '~subject', '~subject/a/life/1/2', '~subject/a/Life/1', '~subject/a/life/b c']) {
      expect(parseSubjectWorkflowId(id)).toBeNull();
    }
  });
});

it('has each tenant’s destinations watched by workflows of their own', () => {
  const destination = { tenant: 'acme', origin: "https://o'neill.example:8443" };
  expect(destinationWorkflowId(destination)).toBe('~destination/acme/https://o%27neill.example:8443');
  expect(destinationWorkflowId({ ...destination, tenant: 'other' })).not.toBe(destinationWorkflowId(destination));
});

it('keeps the statistics of each tenant in a workflow of their own', () => {
  expect(statsWorkflowId('acme')).toBe('~stats/acme');
  expect(statsStart('acme')).toMatchObject({ workflowId: '~stats/acme', taskQueue: 'heavy', args: [{ day: { minutes: [] } }] });
});

it('keeps what alerts are made of in one workflow of a namespace, which every process runs', () => {
  expect(alertsStart()).toMatchObject({ workflowId: ALERTS_WORKFLOW_ID, taskQueue: 'light', args: [{}] });
  expect(ALERTS_WORKFLOW_ID).toBe('~alerts');
});
