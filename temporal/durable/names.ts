// These names are stored in histories and known to clients: renaming one is a migration, not a clean-up.

export const TASK_QUEUES = {
  /** Workflows of light events, with their stages as local activities. */
  light: 'light',
  /** Workflows and activities of heavy events, and the workflows that coordinate. */
  heavy: 'heavy',
  /** Stages of heavy events that have a permit which is kept for their tier: a worker that is full has room for these. */
  reserved: 'reserved',
  /** Activities that send callbacks or coordinate: neither they nor heavy work wait for the other. */
  delivery: 'delivery',
} as const;

/** The types of workflows, as `workflows/index.ts` exports them. */
export const WORKFLOWS = {
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
} as const;

export type WorkflowType = keyof typeof WORKFLOWS;

export const RUN_QUERY = 'run';
export const CANCEL_UPDATE = 'cancel';
export const DELIVERY_QUERY = 'delivery';
export const REDELIVER_SIGNAL = 'redeliver';
export const WAKE_SIGNAL = 'wake';
export const BREAKER_QUERY = 'breaker';
export const REPORT_ATTEMPT_UPDATE = 'reportAttempt';
export const RESUME_UPDATE = 'resume';
export const CLAIM_SIGNAL = 'claimPermit';
export const RELEASE_SIGNAL = 'releasePermit';
export const GRANTED_SIGNAL = 'permitGranted';
export const PERMITS_QUERY = 'permits';
export const SET_CAPACITY_UPDATE = 'setCapacity';
export const BATCH_QUERY = 'batch';
export const BATCH_PAGES_QUERY = 'batchPages';
export const BATCH_PROGRESS_QUERY = 'batchProgress';
export const STEER_BATCH_UPDATE = 'steerBatch';
export const UNIT_RESTS_SIGNAL = 'unitRests';
export const PLACES_GRANTED_SIGNAL = 'placesGranted';

export const TELL_MINUTES_UPDATE = 'tellMinutes';
export const POINTS_QUERY = 'points';
export const TELL_LOOK_UPDATE = 'tellLook';
export const ALERTS_QUERY = 'alerts';

export const CAUSES_QUERY = 'causes';
export const NOTE_CAUSES_UPDATE = 'noteCauses';
export const TELL_FAILURES_UPDATE = 'tellFailures';
export const DISCARD_CAUSE_UPDATE = 'discardCause';

export const APPLY_UPDATE = 'apply';
export const SNAPSHOT_QUERY = 'snapshot';
export const OUTCOME_QUERY = 'outcome';
export const OUTCOMES_QUERY = 'outcomes';
export const ACCEPTED_QUERY = 'accepted';

/**
 * What lists filter by, all of type Keyword, of which an SQL database has room for these ten; `Cause` is set on failure only, `Outcome`
 * where the engine's own status doesn't say how it ended, `Replaces` where something makes up for a dead letter. Stored in every data file
 * and namespace.
 */
export const SEARCH_ATTRIBUTES = Object.freeze([
  'EventType',
  'Tier',
  'Tenant',
  'Subject',
  'BatchId',
  'Destination',
  'Cause',
  'Kind',
  'Outcome',
  'Replaces',
] as const);

/** What a workflow is, for those who look at the engine's list: `handler` runs a handler of an event, `internal` serves others, and tells nobody's verdict. */
export type WorkflowKind = 'event' | 'chunk' | 'handler' | 'batch' | 'internal';

export type SearchAttribute = (typeof SEARCH_ATTRIBUTES)[number];

/** The memo's key for the digest of what was asked for, by which a repeated id is told from a conflicting one. */
export const FINGERPRINT_MEMO = 'fingerprint';

/** The memo's key for the upload whose pages a batch has. */
export const UPLOAD_MEMO = 'upload';

/** The memo's key for whether a batch is paused or cancelled, which its units look at. */
export const HOLD_MEMO = 'hold';

/** The memo's key for the resource of a cancelled event, whose workflow has no result to hold it. */
export const ENDED_MEMO = 'ended';

/** The memo's key for what the items of a batch have failed of. */
export const FAILURES_MEMO = 'failures';

/** The memo's key for what lists show of the event of a chunk of one, as it came. */
export const EVENT_MEMO = 'event';

/** The memo's key for where its run stands, as lists show it; false where that is too large. */
export const STANDING_MEMO = 'standing';

/** The memo's key for how many events a chunk has, where those are several. */
export const EVENTS_MEMO = 'events';

/** The memo's key for the state of a destination that has failed. */
export const BREAKER_MEMO = 'breaker';
