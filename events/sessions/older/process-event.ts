import { newUuidV7 } from 'tickless/server';
import type { Core, Fault, SubmittedEnvelope } from 'tickless/server';
import type { ReadDocument } from '../read-document.ts';
import { acknowledgeEvent, answerEvent, documentOf, failureOf } from './legacy-answer.ts';
import type { RequestFacts } from './legacy-answer.ts';
import { invalidInput, stillAtWork, toLegacyError } from './legacy-error.ts';
import type { LegacyError } from './legacy-error.ts';
import { parseAsyncEvent, parseSyncEvent } from './legacy-input.ts';
import type { LegacyEvent, Parsed } from './legacy-input.ts';
import { submitSession } from './submit-session.ts';

export type Answered = { readonly ok: true; readonly body: object } | { readonly ok: false; readonly error: LegacyError };

export interface LegacyCaller {
  readonly tenant: string;
  readonly facts: RequestFacts;
  /** What is wrong with entries of its list that can't be kept as they were sent. */
  readonly lossy: ReadonlyMap<number, readonly Fault[]>;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
}

export type ProcessLegacy = (body: unknown, caller: LegacyCaller) => Promise<Answered>;

// Clients of the synchronous routes use timeouts of 15 to 20 minutes.
export const MAX_WAIT_MS = 15 * 60_000;

type Submission =
  | { readonly ok: true; readonly event: LegacyEvent; readonly submitted: Exclude<SubmittedEnvelope, { kind: 'refused' | 'invalid' }> }
  | { readonly ok: false; readonly error: LegacyError };

/** `/process-event-async` and `/process-event`: one session. */
export function createProcessEvent(
  core: Core,
  readDocument: ReadDocument,
): { readonly async: ProcessLegacy; readonly sync: ProcessLegacy } {
  return {
    async async(body, { tenant, facts }) {
      const submission = await submit(parseAsyncEvent(body, newUuidV7), tenant, 0);
      return submission.ok ? { ok: true, body: acknowledgeEvent(submission.event, facts) } : submission;
    },

    async sync(body, { tenant, facts }) {
      const submission = await submit(parseSyncEvent(body, newUuidV7), tenant, MAX_WAIT_MS);
      if (!submission.ok) return submission;
      const { event, submitted } = submission;
      // A session is for no subject, and those alone are compacted.
      if (submitted.kind === 'accepted' || 'compacted' in submitted.resource) {
        return { ok: false, error: stillAtWork(`/v1/events/${event.format.eventId}`) };
      }
      const { resource } = submitted;
      if (resource.status !== 'completed' && resource.status !== 'partial')
        return { ok: false, error: { status: 400, ...failureOf(resource), details: [] } };
      const path = documentOf(resource);
      const markdown = path === null ? null : await readDocument(path);
      return { ok: true, body: answerEvent(event.input, resource, markdown, facts) };
    },
  };

  async function submit(legacy: Parsed<LegacyEvent>, tenant: string, waitMs: number): Promise<Submission> {
    if (!legacy.ok) return { ok: false, error: invalidInput(legacy.errors) };
    const submitted = await submitSession(core, legacy.value, { tenant, waitMs });
    if (submitted.kind === 'invalid') return { ok: false, error: invalidInput(submitted.errors) };
    if (submitted.kind === 'refused') return { ok: false, error: toLegacyError(submitted.problem) };
    return { ok: true, event: legacy.value, submitted };
  }
}
