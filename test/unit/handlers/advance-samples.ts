import { z } from 'zod';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import type { EventDefinition, HandlerContext } from '../../../domain/define-event.ts';
import type { HandledEvent } from '../../../domain/handled-event.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { acceptRun } from '../../../domain/event-run.ts';
import { toRunPlan } from '../../../domain/run-plan.ts';
import type { Due, DueRun, Port, Told } from '../../../handlers/advance-port.ts';
import type { Advance } from '../../../handlers/advance.ts';
import { createClonedAdvance } from '../../support/cloned-advance.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';

export type Handler = (event: HandledEvent, context: HandlerContext) => unknown;

type Options = Partial<Pick<EventDefinition, 'coalesce' | 'retry' | 'weight'>>;

/** A type whose only stage does this. */
export function typeWith(handler: Handler, options: Options = {}): EventDefinition {
  return defineEvent({ type: 'sample', data: z.unknown(), tier: 'normal', handler, ...options });
}

/** A type whose three stages do this, told by their names. */
export function stagedType(stage: (name: string, event: HandledEvent, before: unknown, context: HandlerContext) => unknown) {
  return defineEvent({
    type: 'sample',
    data: z.unknown(),
    tier: 'normal',
    meaning: (event, context) => stage('meaning', event, null, context),
    decision: (event, meaning, context) => stage('decision', event, meaning, context),
    action: (event, decision, context) => stage('action', event, decision, context),
  });
}

/** A run of such a type that was just accepted. */
export function runOf(definition: EventDefinition, fields: Partial<AcceptedEvent> = {}): DueRun {
  const plan = toRunPlan(definition, { type: definition.type, limits: [], subjectType: definition.subject?.type });
  return acceptRun(acceptedEvent({ type: definition.type, plan, ...fields }));
}

export function runsOf(count: number, definition: EventDefinition): readonly DueRun[] {
  return Array.from({ length: count }, (_, index) => runOf(definition, { id: `order-${index}` }));
}

/** Has runs of these types advanced, all that crosses the port copied; the clock stands still unless the test moves it. */
export function prepare(...definitions: readonly EventDefinition[]) {
  const clock = { nowMs: NOON_MS };
  const stop = new AbortController();
  const told: Told[] = [];
  const catalog = definitions.length === 0 ? { find: () => undefined } : createCatalog(definitions);
  const advance: Advance = createClonedAdvance(catalog, () => clock.nowMs);
  const port: Port = { signal: stop.signal, tell: (one) => told.push(one) };
  return {
    clock,
    stop,
    told,
    advance: (runs: readonly DueRun[], due: Partial<Due> = {}) =>
      advance(
        {
          runs,
          atOnce: runs.length,
          inOrder: false,
          goOn: 'until-it-waits',
          bounds: null,
          subject: null,
          ...due,
        },
        port,
      ),
  };
}
