import type { Destination } from '../../domain/destination.ts';
import { DEFAULT_TENANT } from '../../domain/event-id.ts';
import { isSubjectId, isSubjectType } from '../../domain/subject-id.ts';
import type { SubjectKey } from '../../domain/subject-id.ts';
import { toKeyword } from './keyword.ts';

const DELIVERY = /^(.+)~callback\.\d+$/;

// The ids of all workflows. Histories and other workflows know them: a change is a migration. No two workflows have the same.

/** An event's workflow has the event's id, below its tenant's name unless that is the default. */
export function eventWorkflowId({ tenant, id }: { readonly tenant: string; readonly id: string }): string {
  return tenant === DEFAULT_TENANT ? id : `${tenant}/${id}`;
}

/** A batch's workflow. "~batch" is in no event's id. */
export function batchWorkflowId(batch: { readonly tenant: string; readonly id: string }): string {
  return `${eventWorkflowId(batch)}~batch`;
}

/** The workflow that keeps an archived job; an item of a batch is known by its id, as any other. "~archived" is in no event's id. */
export function archivedJobWorkflowId(job: { readonly tenant: string; readonly id: string }): string {
  return `${eventWorkflowId(job)}~archived`;
}

/** The workflow that keeps an archived batch. */
export function archivedBatchWorkflowId(batch: { readonly tenant: string; readonly id: string }): string {
  return `${batchWorkflowId(batch)}.archived`;
}

/** The workflow that keeps some of a batch's items; `upload` tells two uploads of the same batch apart. */
export function pageWorkflowId(batch: { readonly tenant: string; readonly id: string }, upload: string, page: number): string {
  return `${batchWorkflowId(batch)}.page.${upload}.${page}`;
}

/** Whose batch a page belongs to. */
export function tenantOfPage(pageId: string): string {
  const end = pageId.indexOf('/');
  return end === -1 ? DEFAULT_TENANT : pageId.slice(0, end);
}

/** The workflow that runs a unit of a batch: the page's n-th. It may outlive its batch, so that it tells uploads apart too. */
export function unitWorkflowId(
  batch: { readonly tenant: string; readonly id: string },
  upload: string,
  unit: { readonly page: number; readonly number: number },
): string {
  return `${batchWorkflowId(batch)}.unit.${upload}.${unit.page}.${unit.number}`;
}

/** Whether a workflow runs items of a batch. */
export function isUnitWorkflowId(workflowId: string): boolean {
  return workflowId.includes('~batch.unit.');
}

/** The workflow that grants a key's permits. No tenant's name begins with "~". */
export function limitWorkflowId(key: string): string {
  return `~limit/${key}`;
}

/** The workflow that goes on with a callback; `owner` says whose it is (`ownerId`). "~callback." is in no event's id. */
export function deliveryWorkflowId({ owner, run }: { readonly owner: string; readonly run: number }): string {
  return `${owner}~callback.${run}`;
}

/** Whose callback such a workflow goes on with; null for any other workflow. */
export function ownerOfDelivery(workflowId: string): string | null {
  return DELIVERY.exec(workflowId)?.[1] ?? null;
}

/** The workflow that holds a subject. No event's id and no tenant's name begins with "~". */
export function subjectWorkflowId({ tenant, type, id }: SubjectKey): string {
  return `~subject/${tenant}/${type}/${id}`;
}

/** The subject that such a workflow holds; null for any other workflow. */
export function parseSubjectWorkflowId(workflowId: string): SubjectKey | null {
  const [prefix, tenant = '', type = '', id = '', ...rest] = workflowId.split('/');
  return prefix === '~subject' && rest.length === 0 && isSubjectType(type) && isSubjectId(id) ? { tenant, type, id } : null;
}

/** The workflow that keeps a tenant's statistics. */
export function statsWorkflowId(tenant: string): string {
  return `~stats/${tenant}`;
}

/** The workflow that keeps the causes of a tenant's dead letters. */
export function causesWorkflowId(tenant: string): string {
  return `~causes/${tenant}`;
}

/** The workflow that watches over what all processes of a namespace tell, and sends alerts. */
export const ALERTS_WORKFLOW_ID = '~alerts';

/** The workflow of a destination that has failed. */
export function destinationWorkflowId({ tenant, origin }: Destination): string {
  return `~destination/${tenant}/${toKeyword(origin)}`;
}
