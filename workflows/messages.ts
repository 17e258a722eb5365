import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { ClaimMessage } from '../temporal/durable/activities.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { BatchSnapshot, PagesAnswer, PagesQueryInput, PlacesGrant, RestNote, SteerInput } from '../domain/batch-work.ts';
import * as names from '../temporal/durable/names.ts';
import type { RunRecord } from '../domain/chunk.ts';
import type { Causes, FoundCauses, ToldFailure } from '../domain/known-causes.ts';
import type { AlertWatch, LookAnswer, ToldLook } from '../domain/alert-watch.ts';
import type { Breaker } from '../domain/breaker.ts';
import type { DestinationReport } from '../domain/destination.ts';
import type { CallbackRecord } from '../domain/callback-record.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { Permits } from '../domain/permits.ts';
import type { PointsQueryInput, StatsPoint, ToldMinutes } from '../domain/stats-day.ts';
import type { Applied, ApplyInput, CompactedOutcome, SubjectSnapshot } from '../domain/subject.ts';

export const runQuery = defineQuery<RunRecord>(names.RUN_QUERY);
export const deliveryQuery = defineQuery<CallbackRecord>(names.DELIVERY_QUERY);
export const redeliverSignal = defineSignal(names.REDELIVER_SIGNAL);
export const cancelUpdate = defineUpdate<void>(names.CANCEL_UPDATE);

export const wakeSignal = defineSignal<[{ readonly isProbe: boolean }]>(names.WAKE_SIGNAL);
export const breakerQuery = defineQuery<Breaker>(names.BREAKER_QUERY);
export const reportAttemptUpdate = defineUpdate<{ readonly state: string }, [DestinationReport]>(names.REPORT_ATTEMPT_UPDATE);
export const resumeUpdate = defineUpdate<void>(names.RESUME_UPDATE);
export const claimSignal = defineSignal<[ClaimMessage]>(names.CLAIM_SIGNAL);
export const releaseSignal = defineSignal<[{ readonly runId: string }]>(names.RELEASE_SIGNAL);
export const grantedSignal = defineSignal<[{ readonly key: string; readonly runId: string; readonly isReserved: boolean }]>(
  names.GRANTED_SIGNAL,
);
export const permitsQuery = defineQuery<Permits>(names.PERMITS_QUERY);
export const setCapacityUpdate = defineUpdate<{ readonly capacity: number }, [{ readonly capacity: number | null }]>(
  names.SET_CAPACITY_UPDATE,
);

export const batchQuery = defineQuery<BatchResource>(names.BATCH_QUERY);
export const batchPagesQuery = defineQuery<PagesAnswer, [PagesQueryInput]>(names.BATCH_PAGES_QUERY);
export const batchProgressQuery = defineQuery<BatchSnapshot>(names.BATCH_PROGRESS_QUERY);
export const steerBatchUpdate = defineUpdate<void, [SteerInput]>(names.STEER_BATCH_UPDATE);
export const unitRestsSignal = defineSignal<[RestNote]>(names.UNIT_RESTS_SIGNAL);
export const placesGrantedSignal = defineSignal<[PlacesGrant]>(names.PLACES_GRANTED_SIGNAL);
export const tellMinutesUpdate = defineUpdate<void, [ToldMinutes]>(names.TELL_MINUTES_UPDATE);
/** For whoever looks at the workflow: what is pending, too. */
export const alertsQuery = defineQuery<AlertWatch>(names.ALERTS_QUERY);
export const tellLookUpdate = defineUpdate<LookAnswer, [ToldLook]>(names.TELL_LOOK_UPDATE);
export const pointsQuery = defineQuery<readonly StatsPoint[], [PointsQueryInput]>(names.POINTS_QUERY);
export const causesQuery = defineQuery<Causes>(names.CAUSES_QUERY);
export const noteCausesUpdate = defineUpdate<void, [FoundCauses]>(names.NOTE_CAUSES_UPDATE);
export const tellFailuresUpdate = defineUpdate<void, [readonly ToldFailure[]]>(names.TELL_FAILURES_UPDATE);
export const discardCauseUpdate = defineUpdate<void, [string]>(names.DISCARD_CAUSE_UPDATE);
export const applyUpdate = defineUpdate<Applied, [ApplyInput]>(names.APPLY_UPDATE);
export const snapshotQuery = defineQuery<SubjectSnapshot>(names.SNAPSHOT_QUERY);
export const outcomeQuery = defineQuery<EventResource | CompactedOutcome | null, [{ readonly idHash: string }]>(names.OUTCOME_QUERY);
/** The newest last. */
export const outcomesQuery = defineQuery<readonly EventResource[]>(names.OUTCOMES_QUERY);
/** One of a subject's events as it was accepted, as long as it is kept in full. */
export const acceptedQuery = defineQuery<AcceptedEvent | null, [{ readonly idHash: string }]>(names.ACCEPTED_QUERY);
