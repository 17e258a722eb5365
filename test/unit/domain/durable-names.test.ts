import { expect, it } from 'vitest';
import * as names from '../../../domain/durable-names.ts';
import { STAGES } from '../../../domain/stage.ts';

it('keeps the names that histories and clients know: changing one is a migration', () => {
  expect({ ...names, STAGES }).toEqual({
    TASK_QUEUES: { light: 'light', heavy: 'heavy', delivery: 'delivery' },
    PROGRESS_QUERY: 'progress',
    CANCEL_UPDATE: 'cancel',
    DELIVERY_QUERY: 'delivery',
    RUN_QUERY: 'run',
    CLAIM_SIGNAL: 'claimPermit',
    RELEASE_SIGNAL: 'releasePermit',
    GRANTED_SIGNAL: 'permitGranted',
    PERMITS_QUERY: 'permits',
    SET_CAPACITY_UPDATE: 'setCapacity',
    REDELIVER_SIGNAL: 'redeliver',
    ATTEMPT_ENDED_SIGNAL: 'attemptEnded',
    APPLY_UPDATE: 'apply',
    SNAPSHOT_QUERY: 'snapshot',
    OUTCOME_QUERY: 'outcome',
    OUTCOMES_QUERY: 'outcomes',
    SEARCH_ATTRIBUTES: ['EventType', 'Tier', 'Tenant', 'Subject', 'BatchId', 'Destination', 'Cause'],
    BATCH_QUERY: 'batch',
    BATCH_PAGES_QUERY: 'batchPages',
    STEER_BATCH_UPDATE: 'steerBatch',
    UPLOAD_MEMO: 'upload',
    FINGERPRINT_MEMO: 'fingerprint',
    ENDED_MEMO: 'ended',
    STAGES: ['meaning', 'decision', 'action'],
  });
});
