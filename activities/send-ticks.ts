import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { EventDefinition } from '../domain/define-event.ts';
import { DEFAULT_TENANT } from '../domain/event-id.ts';
import type { Ask } from '../domain/question.ts';
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
  readonly ask: Ask;
  readonly now: () => number;
}

const SENT_AT_ONCE = 8;

/** Sends an event to each subject of a type, a few at once. One that doesn't take it is left out this time. */
export function createSendTicks({ client, resolve, ask, now }: SendTicksDependencies) {
  return async function sendTicks({ subjectType, eventType }: Tick): Promise<{ readonly sent: number }> {
    const { log, cancellationSignal } = Context.current();
    const definition = resolve(eventType);
    if (definition === undefined) throw new UnknownTypeError(eventType);
    const envelope = { type: eventType, data: {} };
    const accepted = await ask({ kind: 'accept', type: eventType, envelope, tenant: DEFAULT_TENANT });
    if (!accepted.ok) throw new Error(`"${eventType}" is no type for ticks: it takes no event without data`);
    const toTick = toTickEvent(definition, accepted);
    const ids = (await listIds(client, subjectsQuery(subjectType))).values();
    let sent = 0;

    async function sendInTurn(): Promise<void> {
      for (const id of ids) {
        if (cancellationSignal.aborted) return;
        const key = parseSubjectWorkflowId(id);
        if (key === null) continue;
        try {
          const tick = toTick(key, { uuid: randomUUID(), atMs: now() });
          await sendToSubject(client, key, [subjectLetter(tick, tick.id)], { isThere: true });
          sent += 1;
        } catch (error) {
          log.warn('a subject did not take a tick', { subject: id, error });
        }
      }
    }

    await Promise.all(Array.from({ length: SENT_AT_ONCE }, sendInTurn));
    return { sent };
  };
}
