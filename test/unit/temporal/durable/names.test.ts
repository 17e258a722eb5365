import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { BATCH_ACTIONS } from '../../../../domain/batch-work.ts';
import * as names from '../../../../temporal/durable/names.ts';
import { STAGES } from '../../../../domain/stage.ts';

it('keeps the names that histories and clients know: changing one is a migration', () => {
  expect({ ...names, STAGES, BATCH_ACTIONS }).toEqual({
    TASK_QUEUES: { light: 'light', heavy: 'heavy', reserved: 'reserved', delivery: 'delivery' },
    WORKFLOWS: {
      processChunk: 'processChunk',
      deliverCallback: 'deliverCallback',
      watchDestination: 'watchDestination',
      limitConcurrency: 'limitConcurrency',
      processBatch: 'processBatch',
      processItem: 'processItem',
      processItems: 'processItems',
      keepPage: 'keepPage',
      keepJob: 'keepJob',
      keepBatch: 'keepBatch',
      holdSubject: 'holdSubject',
      tickSubjects: 'tickSubjects',
      keepStats: 'keepStats',
      keepCauses: 'keepCauses',
      watchAlerts: 'watchAlerts',
    },
    RUN_QUERY: 'run',
    CANCEL_UPDATE: 'cancel',
    DELIVERY_QUERY: 'delivery',
    REDELIVER_SIGNAL: 'redeliver',
    WAKE_SIGNAL: 'wake',
    BREAKER_QUERY: 'breaker',
    REPORT_ATTEMPT_UPDATE: 'reportAttempt',
    RESUME_UPDATE: 'resume',
    BATCH_PROGRESS_QUERY: 'batchProgress',
    HOLD_MEMO: 'hold',
    BATCH_QUERY: 'batch',
    BATCH_PAGES_QUERY: 'batchPages',
    STEER_BATCH_UPDATE: 'steerBatch',
    UNIT_RESTS_SIGNAL: 'unitRests',
    PLACES_GRANTED_SIGNAL: 'placesGranted',
    TELL_MINUTES_UPDATE: 'tellMinutes',
    POINTS_QUERY: 'points',
    CAUSES_QUERY: 'causes',
    NOTE_CAUSES_UPDATE: 'noteCauses',
    TELL_FAILURES_UPDATE: 'tellFailures',
    DISCARD_CAUSE_UPDATE: 'discardCause',
    TELL_LOOK_UPDATE: 'tellLook',
    ALERTS_QUERY: 'alerts',
    CLAIM_SIGNAL: 'claimPermit',
    RELEASE_SIGNAL: 'releasePermit',
    GRANTED_SIGNAL: 'permitGranted',
    PERMITS_QUERY: 'permits',
    SET_CAPACITY_UPDATE: 'setCapacity',
    APPLY_UPDATE: 'apply',
    SNAPSHOT_QUERY: 'snapshot',
    OUTCOME_QUERY: 'outcome',
    OUTCOMES_QUERY: 'outcomes',
    ACCEPTED_QUERY: 'accepted',
    SEARCH_ATTRIBUTES: ['EventType', 'Tier', 'Tenant', 'Subject', 'BatchId', 'Destination', 'Cause', 'Kind', 'Outcome', 'Replaces'],
    UPLOAD_MEMO: 'upload',
    FINGERPRINT_MEMO: 'fingerprint',
    ENDED_MEMO: 'ended',
    EVENT_MEMO: 'event',
    STANDING_MEMO: 'standing',
    EVENTS_MEMO: 'events',
    BREAKER_MEMO: 'breaker',
    FAILURES_MEMO: 'failures',
    STAGES: ['meaning', 'decision', 'action'],
    BATCH_ACTIONS: ['pause', 'resume', 'cancel', 'retry-failed'],
  });
});

it('names every workflow that workers run, and no other', async () => {
  const index = await readFile(new URL('../../../../workflows/index.ts', import.meta.url), 'utf8');
  const exported = [...index.matchAll(/export \{ (.+) \}/g)].flatMap(([, list = '']) =>
    list.split(', ').map((name) => name.replace(/^.* as /, '')),
  );

  expect(exported.toSorted()).toEqual(Object.keys(names.WORKFLOWS).toSorted());
});
