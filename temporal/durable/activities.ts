import type { AcceptedEvent, PermitNeed } from '../../domain/accepted-event.ts';
import type { BatchMoment, PageKinds } from '../../domain/item-kind.ts';
import type {
  BatchOfPage,
  CancelledInput,
  Hold,
  RenewInput,
  ItemReference,
  RunItemsInput,
  RunItemsOutcome,
  UnitReference,
  UnitVerdict,
} from '../../domain/batch-work.ts';
import type { CallbackMessage, CallbackTarget, RecordedMessage, Ride, ProgressMessage } from '../../domain/callback-message.ts';
import type { CallbackOutcome } from '../../domain/callback-record.ts';
import type { WakeParked } from '../../domain/destination.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import type { EventRun, RunState } from '../../domain/event-run.ts';
import type { Chunk, ChunkOutcome, RunRecord } from '../../domain/chunk.ts';
import type { RunOutcome } from '../../domain/run-outcome.ts';
import type { PermitClaim } from '../../domain/permits.ts';
import type { DeliveryInput } from '../../domain/delivery-input.ts';
import type { Folded, Subject, SubjectLetter } from '../../domain/subject.ts';
import type { Tick } from '../../domain/tick.ts';

export interface RunStageInput {
  /** As it is before this attempt of its next stage. */
  readonly run: EventRun;
  readonly workflow: WorkflowReference;
  /** The run that the permits were granted to, where it needs some: after a reset that is another one. */
  readonly permitRunId?: string;
}

export interface RunChunkInput {
  readonly workflow: WorkflowReference;
  /** Absent: what its workflow was started with. The workflow doesn't hand it on, since that costs more than the stages do. */
  readonly chunk?: Chunk;
  /** Where its runs go on; absent where that is as the chunk says. */
  readonly begun?: readonly RunState[];
}

export interface ReadMessageInput {
  /** The event's. */
  readonly workflow: WorkflowReference;
  readonly target: CallbackTarget;
  /** Nobody has asked for it, so that it is sent only if its destination isn't parked. */
  readonly isDue: boolean;
}

/**
 * Runs here and now what the engine has just handed to this process, instead of when its workflow comes to ask for it: the same
 * work, once, whose outcome the workflow then finds.
 */
export type RunAhead = (input: RunChunkInput) => void;

/** A message that was sent. Before a crash its event may have come to another verdict, whose message is another one. */
export interface SentMessage {
  readonly target: CallbackTarget;
  readonly recordedAt: string;
}

/** What came of first attempts, in the order of their messages, and of whom each told, for those who read a history. */
export interface FirstAttemptsOutcome {
  readonly rides: readonly Ride[];
  readonly owners: readonly string[];
}

export interface FirstAttemptsInput {
  readonly messages: readonly Pick<CallbackMessage, 'target' | 'message'>[];
}

/** Letters to be folded into a subject's state, in this order. */
export interface FoldInput extends Pick<Subject, 'key' | 'version' | 'state' | 'updatedAtMs'> {
  readonly letters: readonly SubjectLetter[];
}

/** What a run sends to the workflow of a key: its claim, and what its type says of the key. */
export interface ClaimMessage {
  readonly need: PermitNeed;
  readonly claim: PermitClaim;
}

/**
 * What workflows may ask of the outside world. The names are stored in histories. Each is safe to run twice: its effects
 * are keyed by event, run and stage, or by the callback's `webhook-id`.
 */
export interface Activities {
  /**
   * One attempt of a run's next stage. Workflows ask for it by the stage's name, which the engine's pages then show: it is what a
   * worker takes a name for that is none of the others.
   * @throws ApplicationFailure with the outcome as its only detail, where the attempt fails
   */
  default(input: RunStageInput): Promise<RunOutcome>;
  /** Never throws for what the network or the receiver does: that is its outcome. */
  callback(message: CallbackMessage): Promise<CallbackOutcome>;
  /**
   * Waits for the end of an attempt that is under way in the process that it is asked of; null where that knows of none. Asked by
   * way of a queue that only that process serves, so that its death is noticed by nobody's taking it, or by the heartbeat.
   */
  awaitAttempt(sent: SentMessage): Promise<CallbackOutcome | null>;
  /** What an event's run left on record to be sent; null where it was ended by force. Fails until it has ended. */
  readMessage(input: ReadMessageInput): Promise<RecordedMessage | null>;
  /**
   * Makes first attempts that hold up no workflow's task, each by the rule of rides, together; what came of each, in order.
   * Takes a few seconds at most, and never throws for what a receiver does.
   */
  firstAttempts(input: FirstAttemptsInput): Promise<FirstAttemptsOutcome>;
  /** The stages of each run, all at once, and their first callbacks; never throws for what a handler or a receiver does. */
  runChunk(input: RunChunkInput): Promise<ChunkOutcome>;
  /** Wakes deliveries that are parked for a destination. */
  wakeParked(wake: WakeParked): Promise<{ readonly woken: number }>;
  /** A workflow can't ask the engine to cancel itself, and only a cancel request lets it end as Canceled. */
  requestCancel(workflow: WorkflowReference): Promise<void>;
  /** Sends a claim to its key's workflow, and starts that one if it isn't there. Repeated, it changes nothing. */
  claimPermit(claim: ClaimMessage): Promise<void>;
  /** Sends a progress message once, and never fails for what becomes of it. */
  tellProgress(message: ProgressMessage): Promise<void>;
  /** Has runs go on as chunks of their own, each where it stands, and each once. */
  startRuns(left: { readonly runs: readonly EventRun[] }): Promise<void>;
  /** What a run that is alone, and that another has started, came to; tried again until that has ended. Only reads. */
  readVerdict(run: { readonly workflowId: string }): Promise<RunRecord | null>;
  /** Asks runs with workflows of their own to end as cancelled. */
  cancelItems(items: { readonly workflowIds: readonly string[] }): Promise<void>;
  /** Runs items of a page that share a workflow, each attempt once, and ends after a while with what was done by then. */
  runItems(input: RunItemsInput): Promise<RunItemsOutcome>;
  /** The same for items that subjects process: each subject those of its own, in their order. */
  applyItems(input: RunItemsInput): Promise<RunItemsOutcome>;
  readItem(item: ItemReference): Promise<AcceptedEvent>;
  readItemKinds(page: BatchMoment & { readonly page: string }): Promise<PageKinds>;
  /** What became of each unit, as the engine knows; null for one that goes on. What was never started gives its items back. */
  readUnits(input: { readonly units: readonly UnitReference[] }): Promise<readonly (UnitVerdict | null)[]>;
  /** Asked by a unit between its calls. A batch that is closed holds what it has, so that it can be taken up again. */
  readHold(batch: { readonly workflowId: string }): Promise<Hold>;
  /** Starts the deliveries of cancelled items that are to be called back. Repeated, it changes nothing. */
  tellCancelled(input: CancelledInput): Promise<void>;
  /** Keeps pages again that were closed since their batch had ended, as it goes on. Repeated, it changes nothing. */
  renewPages(input: RenewInput): Promise<void>;
  /** Whether a page, made at `sinceMs`, is still needed: its batch is open, or hasn't been started yet. */
  isBatchOpen(page: BatchOfPage & { readonly sinceMs: number }): Promise<boolean>;
  /**
   * Runs the stages of each event on the state so far and applies it. May stop after the first few; never throws for what a
   * handler does: that is its event's outcome. What was folded and not recorded is folded again.
   */
  foldSubject(input: FoldInput): Promise<Folded>;
  /** Sends an event to every subject of a type. Repeated, it sends others: a tick changes nothing but what time has. */
  sendTicks(tick: Tick): Promise<{ readonly sent: number }>;
  /** Starts what handlers have emitted; what is there already stays as it is. */
  startFollowUps(input: { readonly events: readonly AcceptedEvent[] }): Promise<void>;
  /** Starts the delivery of each message; one that is there already stays as it is. */
  startDeliveries(input: { readonly deliveries: readonly DeliveryInput[] }): Promise<void>;
  /** Which of these runs the engine says are closed, or doesn't know. */
  findClosedRuns(runs: { readonly runs: readonly WorkflowReference[] }): Promise<{ readonly closed: readonly string[] }>;
}
