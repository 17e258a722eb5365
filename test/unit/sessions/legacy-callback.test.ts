import { describe, expect, it } from 'vitest';
import type { CallbackResource } from '../../../domain/callback-message.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import { acceptRun, beginAttempt, completeStage, endRun, reportProgress } from '../../../domain/event-run.ts';
import type { EndedPhase, EventRun } from '../../../domain/event-run.ts';
import { legacyCallback, legacyProgress } from '../../../events/sessions/legacy-callback.ts';
import type { LegacyFormat } from '../../../events/sessions/legacy-format.ts';
import { acceptedEvent, eventError, NOON_MS } from '../domain/event-samples.ts';

const sentAt = '2026-01-01T12:00:01.000Z';
const format: LegacyFormat = { kind: 'legacy', eventId: 'talk-1', includeMarkdown: true, includeMetadata: true };
const data = { event: 'NodeConf', session: 'Time', track: 'Main', day: '2026-01-01', filename: 'time.md', url: 'https://x.example' };
const document = { markdown_file: 'events/NodeConf/Main/2026-01-01-0000-time/time.md', metadata: { status: 'success' } };

interface ResourceOptions {
  readonly action?: unknown;
  readonly of?: unknown;
}

function resourceOf(end: EndedPhase, { action = document, of = data }: ResourceOptions = {}): CallbackResource {
  const begun = completeStage(acceptRun(acceptedEvent({ data: of })), 'action', action);
  return toEventResource(endRun(end.status === 'completed' ? begun : acceptRun(acceptedEvent({ data: of })), end), initialCallback(null), {
    id: 'talk-1',
    runId: 'r',
  });
}

const completed: EndedPhase = { status: 'completed', endedAtMs: NOON_MS };
const common = { schema_version: 1, event_id: 'talk-1', batch_id: null, timestamp: sentAt };
const fields = { event: 'NodeConf', session: 'Time', track: 'Main', day: '2026-01-01', filename: 'time.md' };

describe('legacyCallback', () => {
  it('is flat, with the document and its metadata', () => {
    expect(legacyCallback({ resource: resourceOf(completed), format, markdown: '# Time', sentAt })).toEqual({
      ...common,
      ...fields,
      success: true,
      phase: 'completed',
      file_path: document.markdown_file,
      markdown_content: '# Time',
      metadata: { status: 'success' },
    });
  });

  it('leaves out what is not wanted', () => {
    const plain = { ...format, includeMarkdown: false, includeMetadata: false };

    const body = legacyCallback({ resource: resourceOf(completed), format: plain, markdown: null, sentAt });

    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['markdown_content']));
    expect(body).not.toHaveProperty('metadata');
    expect(body).not.toHaveProperty('omitted');
  });

  it('names the document in omitted where it is wanted and cannot be sent', () => {
    const body = legacyCallback({ resource: resourceOf(completed, { action: 'nothing' }), format, markdown: null, sentAt });

    expect(body).toMatchObject({ omitted: ['markdown_content'], file_path: null, metadata: null });
    expect(body).not.toHaveProperty('markdown_content');
  });

  it('has the message of a failure as a string, and its code beside it', () => {
    const end: EndedPhase = { status: 'failed', endedAtMs: NOON_MS, error: eventError({ code: 'http_404', message: 'gone' }) };

    expect(legacyCallback({ resource: resourceOf(end), format, markdown: null, sentAt })).toEqual({
      ...common,
      ...fields,
      success: false,
      phase: 'failed',
      file_path: null,
      error: 'gone',
      error_code: 'http_404',
    });
  });

  it('tells of an item of a batch that was cancelled before it began', () => {
    const item = acceptRun(acceptedEvent({ id: 'week_3', batchId: 'week', data }));
    const resource = toEventResource(endRun(item, { status: 'cancelled', endedAtMs: NOON_MS }), initialCallback(null), {
      id: '',
      runId: '',
    });

    expect(legacyCallback({ resource, format: { ...format, eventId: 'week_3' }, markdown: null, sentAt })).toEqual({
      ...common,
      batch_id: 'week',
      ...fields,
      event_id: 'week_3',
      success: false,
      phase: 'cancelled',
      file_path: null,
      error: 'the event was cancelled',
      error_code: 'cancelled',
    });
  });

  it('tells of a cancellation, and has null for fields that are not there', () => {
    const end: EndedPhase = { status: 'cancelled', endedAtMs: NOON_MS };

    expect(legacyCallback({ resource: resourceOf(end, { of: null }), format, markdown: null, sentAt })).toEqual({
      ...common,
      ...{ event: null, session: null, track: null, day: null, filename: null },
      success: false,
      phase: 'cancelled',
      file_path: null,
      error: 'the event was cancelled',
      error_code: 'cancelled',
    });
  });
});

describe('legacyProgress', () => {
  const run = beginAttempt(acceptRun(acceptedEvent({ data })), 'action');
  const bodyOf = (of: EventRun) =>
    legacyProgress({ resource: toEventResource(of, initialCallback(null), { id: 'talk-1', runId: 'r' }), format, sentAt });

  it('says how far a session is, which is neither a success nor a failure', () => {
    expect(bodyOf(reportProgress(run, { step: 'transcript', percent: 40, message: 'writing down what is said' }))).toEqual({
      ...common,
      ...fields,
      success: null,
      phase: 'running',
      step: 'transcript',
      progress: 40,
      message: 'writing down what is said',
    });
  });

  it('has nothing to say before the first step', () => {
    expect(bodyOf(run)).toMatchObject({ phase: 'running', step: null, progress: null, message: null });
  });
});
