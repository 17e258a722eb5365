import { z } from '@hono/zod-openapi';
import { BATCH_MODES, DEFAULT_MAX_PARALLEL } from '../../domain/accepted-batch.ts';
import type { CallbackRequest } from '../../domain/delivery.ts';
import { newBatchId } from '../../domain/event-id.ts';
import type { BatchSettings } from '../batch-service.ts';
import { idOfKey } from '../id-of-key.ts';
import type { IdempotencyKey } from '../id-of-key.ts';
import type { Fault } from '../../domain/fault.ts';
import { callbackRequest, ownId, toCallbackRequest } from '../parse-event.ts';
import { toFaults } from '../../domain/to-faults.ts';

const MAX_PARALLEL = 1_000;

const settings = {
  id: ownId.optional(),
  name: z.string().min(1).max(255).optional(),
  mode: z.enum(BATCH_MODES).optional(),
};

/** The body of `POST /v1/batches`; each event is checked for itself. */
export const batchEnvelope = z
  .strictObject({
    ...settings,
    maxParallel: z.int().min(1).max(MAX_PARALLEL).optional(),
    callback: callbackRequest.optional(),
    events: z.array(z.unknown()).min(1, 'a batch has at least one event'),
  })
  .openapi('Batch');

/** The query of `POST /v1/batches` with a stream of lines. */
export const batchQuery = z.strictObject({
  ...settings,
  maxParallel: z.coerce.number().int().min(1).max(MAX_PARALLEL).optional(),
  callbackUrl: z.string().min(1).max(2_048).optional(),
  strict: z.enum(['true', 'false']).optional(),
});

export interface ParseBatchDependencies {
  readonly now: () => number;
  readonly newUuid: () => string;
  readonly checkCallback: (callback: CallbackRequest) => readonly Fault[];
}

export type AskedBatch = Omit<z.output<typeof batchEnvelope>, 'events'>;

export interface ParseBatchContext {
  readonly tenant: string;
  readonly idempotencyKey: IdempotencyKey | null;
}

export type ParsedBatch =
  | { readonly ok: true; readonly settings: BatchSettings; readonly isRepeatable: boolean }
  | { readonly ok: false; readonly errors: readonly Fault[] };

/** Makes the settings of a batch out of what was asked for. */
export function createParseBatch({ now, newUuid, checkCallback }: ParseBatchDependencies) {
  return function parseBatch(asked: AskedBatch, { tenant, idempotencyKey }: ParseBatchContext): ParsedBatch {
    const callback = toCallbackRequest(asked.callback);
    const faults = callback === null ? [] : checkCallback(callback);
    if (faults.length > 0) return { ok: false, errors: faults.map(({ pointer, detail }) => ({ pointer: `/callback${pointer}`, detail })) };
    const mode = asked.mode ?? 'concurrent';
    return {
      ok: true,
      isRepeatable: asked.id !== undefined || idempotencyKey !== null,
      settings: {
        id: asked.id ?? (idempotencyKey === null ? newBatchId(newUuid()) : idOfKey(idempotencyKey)),
        tenant,
        name: asked.name ?? null,
        mode,
        maxParallel: mode === 'sequential' ? 1 : (asked.maxParallel ?? DEFAULT_MAX_PARALLEL),
        callback,
        acceptedAtMs: now(),
      },
    };
  };
}

/** Checks a JSON body's envelope. */
export function parseEnvelope(
  body: unknown,
): { readonly ok: true; readonly value: z.output<typeof batchEnvelope> } | { readonly ok: false; readonly errors: readonly Fault[] } {
  const parsed = batchEnvelope.safeParse(body);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, errors: toFaults(parsed.error.issues, '') };
}
