import type { HandlerNeed } from '../domain/accepted-event.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import type { HandlerDefinition } from '../domain/on.ts';
import type { Acceptance, AnswerTo, Description, Question } from '../domain/question.ts';
import { toJsonSchema } from './json-schema.ts';
import { toFaults } from '../domain/to-faults.ts';

/** How long a type's functions may take to answer. */
export const ANSWER_WITHIN_MS = 1_000;

/** Why there is no answer, though nobody threw. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/**
 * Asks a type's own functions; asynchronous ones are waited for.
 * @throws what they throw; AnswerError where this process lacks the type, or one takes too long
 */
export type Answer = <Asked extends Question>(question: Asked) => Promise<AnswerTo<Asked>>;

export function createAnswer(catalog: Catalog): Answer {
  return <Asked extends Question>(question: Asked) => inTime(answer(question)) as Promise<AnswerTo<Asked>>;

  async function answer(question: Question): Promise<unknown> {
    if (question.kind === 'accept') return accept(known(catalog.find(question.type)), question);
    if (question.kind === 'handlers') return needsOf(catalog.handlersOf(question.type), question.event);
    if (question.kind === 'describe') return describe(known(catalog.find(question.type)));
    return known(catalog.findSubject(question.type)).show(question.state);
  }
}

function known<Definition>(definition: Definition | undefined): Definition {
  if (definition === undefined) throw new AnswerError('its processes for handlers do not know it');
  return definition;
}

async function accept(definition: EventDefinition, { envelope, tenant }: Extract<Question, { kind: 'accept' }>): Promise<Acceptance> {
  const adapted = definition.adapt(envelope);
  const parsed = await definition.data['~standard'].validate(adapted['data']);
  const same = { adapted: adapted === envelope ? null : adapted };
  if (parsed.issues !== undefined) return { ...same, ok: false, faults: toFaults(parsed.issues, '/data') };
  const { value: data } = parsed;
  return {
    ...same,
    ok: true,
    data: data ?? null,
    tier: definition.tierOf({ data }),
    urgency: definition.urgencyOf(data),
    limits: definition.limitsOf({ data, tenant }),
  };
}

function needsOf(handlers: readonly HandlerDefinition[], event: HandledEvent): readonly HandlerNeed[] {
  return handlers.filter((handler) => handler.takes(event)).map((handler) => ({ name: handler.name, limits: handler.limitsOf(event) }));
}

async function describe({ data, olderForm }: EventDefinition): Promise<Description> {
  return {
    schema: await toJsonSchema(data),
    isDataRequired: (await data['~standard'].validate(undefined)).issues !== undefined,
    olderForm: olderForm && (await toJsonSchema(olderForm)),
  };
}

async function inTime<T>(answering: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AnswerError(`it takes longer than ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([answering, late]);
  } finally {
    clearTimeout(timer);
  }
}
