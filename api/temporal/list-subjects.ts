import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { subjectName } from '../../domain/subject-id.ts';
import type { SubjectName } from '../../domain/subject-id.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { parseSubjectWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { allOf, is, isOfType, isOpen, startsWith } from '../../temporal/list-query.ts';
import { listWorkflows } from '../../temporal/list-workflows.ts';
import type { Page } from '../page.ts';
import type { SubjectFilter } from '../subject-events.ts';
import { fromJsonCursor, toJsonCursor } from './cursor.ts';

/** The engine's own place, under a name that no other list's cursor has. */
const place = z.strictObject({ subjectsAfter: z.base64() });

/**
 * A page of a tenant's subjects by one query of the engine's index. The last that went on as a new run come first, so that one may be seen
 * twice that does so while pages are read. @throws InvalidCursorError, EngineUnavailableError
 */
export async function listSubjects(client: Client, { tenant, type, limit, cursor }: SubjectFilter): Promise<Page<SubjectName>> {
  const ofType = type === undefined ? [] : [startsWith('Subject', subjectName({ type, id: '' }))];
  const query = allOf(isOfType(WORKFLOWS.holdSubject), isOpen(), is('Tenant', tenant), ...ofType);
  const token = cursor === undefined ? null : Buffer.from(fromJsonCursor(cursor, place).subjectsAfter, 'base64');
  const { workflows, nextToken } = await listWorkflows(client, { query, pageSize: limit, token });
  return {
    items: workflows.flatMap(({ workflowId }) => {
      const key = parseSubjectWorkflowId(workflowId);
      return key === null ? [] : [{ type: key.type, id: key.id }];
    }),
    nextCursor: nextToken === null ? null : toJsonCursor({ subjectsAfter: Buffer.from(nextToken).toString('base64') }),
  };
}
