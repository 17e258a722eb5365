import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { ClaimMessage } from '../temporal/durable/activities.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { BatchProgress, PagesAnswer, PagesQueryInput, PlacesGrant, RestNote, SteerInput } from '../domain/batch-work.ts';
import {
  ACCEPTED_QUERY,
  APPLY_UPDATE,
  BATCH_PAGES_QUERY,
  BATCH_PROGRESS_QUERY,
  BATCH_QUERY,
  BREAKER_QUERY,
  CANCEL_UPDATE,
  CLAIM_SIGNAL,
  DELIVERY_QUERY,
  GRANTED_SIGNAL,
  OUTCOMES_QUERY,
  OUTCOME_QUERY,
  PERMITS_QUERY,
  PLACES_GRANTED_SIGNAL,
  REDELIVER_SIGNAL,
  REPORT_ATTEMPT_UPDATE,
  RESUME_UPDATE,
  WAKE_SIGNAL,
  RELEASE_SIGNAL,
  RUN_QUERY,
  SET_CAPACITY_UPDATE,
  STEER_BATCH_UPDATE,
  SNAPSHOT_QUERY,
  UNIT_RESTS_SIGNAL,
} from '../temporal/durable/names.ts';
import type { RunRecord } from '../domain/chunk.ts';
import type { Breaker } from '../domain/breaker.ts';
import type { DestinationReport } from '../domain/destination.ts';
import type { CallbackRecord } from '../domain/callback-record.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { Permits } from '../domain/permits.ts';
import type { Applied, ApplyInput, CompactedOutcome, SubjectSnapshot } from '../domain/subject.ts';

export const runQuery = defineQuery<RunRecord>(RUN_QUERY);
export const deliveryQuery = defineQuery<CallbackRecord>(DELIVERY_QUERY);
export const redeliverSignal = defineSignal(REDELIVER_SIGNAL);
export const cancelUpdate = defineUpdate<void>(CANCEL_UPDATE);

export const wakeSignal = defineSignal<[{ readonly isProbe: boolean }]>(WAKE_SIGNAL);
export const breakerQuery = defineQuery<Breaker>(BREAKER_QUERY);
export const reportAttemptUpdate = defineUpdate<{ readonly state: string }, [DestinationReport]>(REPORT_ATTEMPT_UPDATE);
export const resumeUpdate = defineUpdate<void>(RESUME_UPDATE);
export const claimSignal = defineSignal<[ClaimMessage]>(CLAIM_SIGNAL);
export const releaseSignal = defineSignal<[{ readonly runId: string }]>(RELEASE_SIGNAL);
export const grantedSignal = defineSignal<[{ readonly key: string; readonly runId: string }]>(GRANTED_SIGNAL);
export const permitsQuery = defineQuery<Permits>(PERMITS_QUERY);
export const setCapacityUpdate = defineUpdate<{ readonly capacity: number }, [{ readonly capacity: number | null }]>(SET_CAPACITY_UPDATE);

export const batchQuery = defineQuery<BatchResource>(BATCH_QUERY);
export const batchPagesQuery = defineQuery<PagesAnswer, [PagesQueryInput]>(BATCH_PAGES_QUERY);
export const batchProgressQuery = defineQuery<BatchProgress>(BATCH_PROGRESS_QUERY);
export const steerBatchUpdate = defineUpdate<void, [SteerInput]>(STEER_BATCH_UPDATE);
export const unitRestsSignal = defineSignal<[RestNote]>(UNIT_RESTS_SIGNAL);
export const placesGrantedSignal = defineSignal<[PlacesGrant]>(PLACES_GRANTED_SIGNAL);
export const applyUpdate = defineUpdate<Applied, [ApplyInput]>(APPLY_UPDATE);
export const snapshotQuery = defineQuery<SubjectSnapshot>(SNAPSHOT_QUERY);
export const outcomeQuery = defineQuery<EventResource | CompactedOutcome | null, [{ readonly idHash: string }]>(OUTCOME_QUERY);
/** The newest last. */
export const outcomesQuery = defineQuery<readonly EventResource[]>(OUTCOMES_QUERY);
/** One of a subject's events as it was accepted, as long as it is kept in full. */
export const acceptedQuery = defineQuery<AcceptedEvent | null, [{ readonly idHash: string }]>(ACCEPTED_QUERY);
