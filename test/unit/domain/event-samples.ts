import fc from 'fast-check';
import type { AcceptedEvent, RunPlan } from '../../../domain/accepted-event.ts';
import { noServices } from '../../support/handler-services.ts';
import type { HandlerContext } from '../../../domain/define-event.ts';
import { NOTHING_SAID } from '../../../domain/handled-event.ts';
import type { HandledEvent } from '../../../domain/handled-event.ts';
import type { EventError } from '../../../domain/event-error.ts';
import type { EndedPhase } from '../../../domain/event-run.ts';
import { DEFAULT_RETRY_POLICY } from '../../../domain/retry-policy.ts';
import type { Stage } from '../../../domain/stage.ts';
import { STAGES } from '../../../domain/stage.ts';

/** 2026-01-01T12:00:00.000Z */
export const NOON_MS = Date.UTC(2026, 0, 1, 12);

export const lightPlan: RunPlan = {
  weight: 'light',
  stages: STAGES,
  retry: DEFAULT_RETRY_POLICY,
  timeoutsMs: { meaning: 10_000, decision: 10_000, action: 10_000 },
  respondAfterRecord: false,
};

export function acceptedEvent(fields: Partial<AcceptedEvent> = {}): AcceptedEvent {
  return {
    id: 'order-1',
    ownId: 'order-1',
    run: 1,
    type: 'sample',
    ...NOTHING_SAID,
    source: 'shop',
    time: '2026-01-01T11:59:59.000Z',
    data: { amount: 3 },
    tier: 'normal',
    urgency: 0,
    tenant: 'default',
    acceptedAtMs: NOON_MS,
    delayMs: 0,
    callback: null,
    plan: lightPlan,
    ...fields,
  };
}

export function handledEvent<Data>(data: Data, fields: Partial<HandledEvent<Data>> = {}): HandledEvent<Data> {
  return { ...acceptedEvent(), data, ...fields };
}

/** For handlers that are called without an activity around them. */
export function handlerContext(fields: Partial<HandlerContext> = {}): HandlerContext {
  const ignore = (): void => undefined;
  return {
    ...noServices,
    stage: 'action',
    state: null,
    attempt: 1,
    idempotencyKey: 'order-1/1/action',
    signal: new AbortController().signal,
    heartbeat: ignore,
    lastProgress: null,
    log: { info: ignore, warn: ignore, error: ignore },
    emit: ignore,
    ...fields,
  };
}

export function eventError(fields: Partial<EventError> = {}): EventError {
  return { code: 'card_declined', message: 'no money', stage: 'action', retryable: false, ...fields };
}

export const anyStage: fc.Arbitrary<Stage> = fc.constantFrom(...STAGES);

/** The stages that a type may have: some of them, in their order. */
export const anyStages: fc.Arbitrary<readonly Stage[]> = fc.subarray([...STAGES], { minLength: 1 });

export const anyEnd: fc.Arbitrary<EndedPhase> = fc.record({ status: endStatus(), endedAtMs: fc.nat() }).map(toEnd);

function endStatus(): fc.Arbitrary<EndedPhase['status']> {
  return fc.constantFrom('completed', 'failed', 'cancelled');
}

function toEnd({ status, endedAtMs }: Pick<EndedPhase, 'status' | 'endedAtMs'>): EndedPhase {
  return status === 'failed' ? { status, endedAtMs, error: eventError() } : { status, endedAtMs };
}
