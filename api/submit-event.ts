import { monotonicMs } from '../runtime/monotonic.ts';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { boundJson } from '../domain/json-bound.ts';
import type { Admitted } from './admission.ts';
import type { AppDependencies } from './app.ts';
import type { Submission, SubmitOptions } from './event-service.ts';
import type { Problem } from './problem.ts';
import { maxEventBytes } from './max-event-bytes.ts';
import type { VersionCondition } from './request-headers.ts';

type Durable = Extract<Submission, { kind: 'accepted' | 'ended' }>;

export type Submitted = Durable | { readonly kind: 'refused'; readonly problem: Problem };

export interface SubmitEventOptions extends SubmitOptions {
  /** The versions that `If-Match` asks for: another one fails a precondition. */
  readonly ifMatch?: VersionCondition | undefined;
}

/** Starts a parsed event if there is room for it, and counts it; whatever route it came by. */
export async function submitEvent(
  dependencies: Pick<AppDependencies, 'events' | 'admit' | 'metrics'>,
  event: AcceptedEvent,
  { ifMatch, expectedVersion, ...options }: SubmitEventOptions,
): Promise<Submitted> {
  const { events, metrics } = dependencies;
  const isForSubject = event.plan.subjectType !== undefined;
  const tooLarge = tooLargeFor(event);
  if (tooLarge !== null) return refused(tooLarge);
  if (ifMatch !== undefined && !isForSubject) {
    return refused({ code: 'malformed', detail: 'If-Match is for events that name a subject' });
  }
  const condition = ifMatch === undefined ? null : await toCondition(events, event, ifMatch);
  if (condition?.kind === 'failed') return refused(staleVersion(event, condition.version));
  const startedAt = monotonicMs();
  const admitted = await admitEvent(dependencies, event);
  if (!admitted.ok) return refused(admitted.problem);
  const submission = await events
    .submit(event, { ...options, expectedVersion: condition?.version ?? expectedVersion })
    .catch((error: unknown) => {
      admitted.leave();
      throw error;
    });
  // One that was there already, or runs elsewhere, takes up no room here.
  if (submission.kind === 'accepted' && submission.runsHere === true) admitted.follow(submission.event);
  else admitted.leave();
  if (submission.kind !== 'accepted' && submission.kind !== 'ended') return refused(toRefusal(submission, event, ifMatch !== undefined));
  metrics.accepted(event, (monotonicMs() - startedAt) / 1_000);
  return submission;
}

export type AdmittedEvent =
  | (Extract<Admitted, { admitted: true }> & { readonly ok: true })
  | { readonly ok: false; readonly problem: Problem };

/** Whether there is room for an event, which is counted where there isn't. */
export async function admitEvent(
  { admit, metrics }: Pick<AppDependencies, 'admit' | 'metrics'>,
  event: AcceptedEvent,
): Promise<AdmittedEvent> {
  const admitted = await admit(event);
  if (admitted.admitted) return { ...admitted, ok: true };
  metrics.shed(event, admitted.reason);
  const headers = { 'retry-after': String(Math.ceil(admitted.retryAfterMs / 1_000)) };
  return { ok: false, problem: { code: 'overloaded', detail: `there is no room for a ${event.tier} event just now`, headers } };
}

/** Why an event can't be kept; null where it can. */
export function tooLargeFor(event: AcceptedEvent): Problem | null {
  const maxBytes = maxEventBytes(event);
  if (!isLarger(event, maxBytes)) return null;
  return { code: 'too_large', detail: `written out as the engine keeps it, the event has more than ${maxBytes} bytes` };
}

/** To write an event out takes longer than to parse it: where the bound is enough, that is. */
function isLarger(event: AcceptedEvent, maxBytes: number): boolean {
  return boundJson(event) > maxBytes && Buffer.byteLength(JSON.stringify(event)) > maxBytes;
}

function toRefusal(submission: Exclude<Submission, Durable>, { id, subject }: AcceptedEvent, isPrecondition: boolean): Problem {
  if (submission.kind === 'conflict') return { code: 'id_conflict', detail: `the id "${id}" was used before, with other content` };
  if (submission.kind === 'full') {
    return { code: 'mailbox_full', detail: `too many events wait for "${subject}"`, headers: { 'retry-after': '1' } };
  }
  return { ...staleVersion({ subject }, submission.version), ...(!isPrecondition && { code: 'version_conflict' }) };
}

type Condition =
  | { readonly kind: 'failed'; readonly version: number }
  | { readonly kind: 'expected'; readonly version: number | undefined };

/** The one version to be expected. Only where the header leaves a choice its subject is looked at: it can't be gone once it is there. */
async function toCondition(events: AppDependencies['events'], event: AcceptedEvent, versions: VersionCondition): Promise<Condition> {
  const [only, ...others] = versions === 'any' ? [] : versions;
  if (only !== undefined && others.length === 0) return { kind: 'expected', version: only };
  const { tenant, subject, plan } = event;
  const snapshot = await events.subject({ tenant, type: plan.subjectType ?? '', id: subject ?? '' });
  const version = snapshot?.version ?? 0;
  if (versions === 'any') return version === 0 ? { kind: 'failed', version } : { kind: 'expected', version: undefined };
  return versions.includes(version) ? { kind: 'expected', version } : { kind: 'failed', version };
}

function staleVersion({ subject }: Pick<AcceptedEvent, 'subject'>, version: number): Problem {
  return { code: 'precondition_failed', detail: `"${subject}" has version ${version}`, headers: { etag: `"${version}"` } };
}

function refused(problem: Problem): Submitted {
  return { kind: 'refused', problem };
}
