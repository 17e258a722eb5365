import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { EventDefinition } from '../domain/define-event.ts';
import type { SubjectKey } from '../domain/subject-id.ts';
import { parseSubjectWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { listIds } from '../temporal/list-by-id.ts';
import { sendToSubject } from '../temporal/send-to-subject.ts';
import { subjectsQuery } from '../temporal/subjects-query.ts';
import type { Tick } from '../domain/tick.ts';
import { toTickEvent } from '../domain/tick-event.ts';
import { subjectLetter } from './subject-letter.ts';
import { UnknownTypeError } from '../handlers/unknown-type.ts';

export interface SendTicksDependencies {
  readonly client: Client;
  readonly resolve: (type: string) => EventDefinition | undefined;
  readonly now: () => number;
}

const SENT_AT_ONCE = 8;

/** Sends an event to each subject of a type, a few at once. One that doesn't take it is left out this time. */
export function createSendTicks({ client, resolve, now }: SendTicksDependencies) {
  return async function sendTicks({ subjectType, eventType }: Tick): Promise<{ readonly sent: number }> {
    const { log, cancellationSignal } = Context.current();
    const definition = resolve(eventType);
    if (definition === undefined) throw new UnknownTypeError(eventType);
    const ids = (await listIds(client, subjectsQuery(subjectType))).values();
    let sent = 0;

    async function sendInTurn(event: EventDefinition): Promise<void> {
      for (const id of ids) {
        if (cancellationSignal.aborted) return;
        const key = parseSubjectWorkflowId(id);
        if (key === null) continue;
        try {
          await send(key, event);
          sent += 1;
        } catch (error) {
          log.warn('a subject did not take a tick', { subject: id, error });
        }
      }
    }

    async function send(key: SubjectKey, event: EventDefinition): Promise<void> {
      const tick = toTickEvent(key, event, { uuid: randomUUID(), atMs: now() });
      await sendToSubject(client, key, [subjectLetter(tick, tick.id)], { isThere: true });
    }

    await Promise.all(Array.from({ length: SENT_AT_ONCE }, () => sendInTurn(definition)));
    return { sent };
  };
}
