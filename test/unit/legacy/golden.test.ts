import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { initialCallback } from '../../../domain/callback-record.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import { acceptRun, completeStage, endRun } from '../../../domain/event-run.ts';
import type { EndedPhase } from '../../../domain/event-run.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { legacyCallback } from '../../../events/sessions/legacy-callback.ts';
import { session } from '../../../events/sessions/session.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import type { MemoryApp } from '../api/memory-app.ts';
import { acceptedEvent, eventError, NOON_MS } from '../domain/event-samples.ts';

/** A request as older clients send it, and what they get: `<time>`, `<uuid>` and `<seconds>` stand for what differs. */
interface Exchange {
  readonly name: string;
  readonly path: string;
  readonly request: unknown;
  readonly status: number;
  readonly answer: unknown;
}

interface GoldenCallback {
  readonly name: string;
  readonly include_markdown: boolean;
  readonly include_metadata: boolean;
  readonly data: unknown;
  readonly end:
    | { readonly status: 'completed'; readonly action: unknown }
    | { readonly status: 'failed'; readonly code: string; readonly message: string }
    | { readonly status: 'cancelled' };
  readonly body: unknown;
}

const exchanges = readFixture('exchanges.json') as readonly Exchange[];
const callbacks = readFixture('callbacks.json') as readonly GoldenCallback[];
const MARKDOWN = '# Time without ticks\n';

let memory: MemoryApp;

describe('the older routes answer as they always did', () => {
  afterEach(() => memory.stop());

  it.each(exchanges.map((exchange) => [exchange.name, exchange] as const))('%s', async (_name, { path, request, status, answer }) => {
    memory = startMemoryApp({ definitions: [{ ...session, run }], files: { readDocument: async () => MARKDOWN } });
    for (const prefix of ['', '/api', '/api/v1']) {
      const response = await memory.request(prefix + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });

      expect({ status: response.status, answer: masked(await response.json()) }).toEqual({ status, answer });
    }
  });
});

describe('the older callback is what it always was', () => {
  it.each(callbacks.map((callback) => [callback.name, callback] as const))('%s', (_name, { data, end, body, ...include }) => {
    const format = {
      kind: 'legacy',
      eventId: 'talk-7',
      includeMarkdown: include.include_markdown,
      includeMetadata: include.include_metadata,
    } as const;
    const begun = acceptRun(acceptedEvent({ data }));
    const run = end.status === 'completed' ? completeStage(begun, 'action', end.action) : begun;
    const resource = toEventResource(endRun(run, phaseOf(end)), initialCallback(null), { id: 'talk-7', runId: 'r' });

    const sent = legacyCallback({ resource, format, markdown: MARKDOWN, sentAt: new Date(NOON_MS).toISOString() });

    expect({ ...sent, timestamp: masked(sent['timestamp']) }).toEqual(body);
  });
});

/** Sessions in the track "Broken" fail. */
const run: EventDefinition['run'] = async (_stage, { data }) => {
  const { track } = data as { readonly track: string };
  if (track === 'Broken') throw new PermanentError('http_404', 'the page is gone');
  const markdown_file = 'events/FOSDEM-2026/Main-Track/undated-0000-ticks/ticks.md';
  return { markdown_file, gallery: [], metadata: { status: 'success', session: 'Time without ticks' } };
};

function phaseOf(end: GoldenCallback['end']): EndedPhase {
  if (end.status !== 'failed') return { status: end.status, endedAtMs: NOON_MS };
  return { status: 'failed', endedAtMs: NOON_MS, error: eventError({ code: end.code, message: end.message }) };
}

const SECONDS: ReadonlySet<string> = new Set(['duration', 'processing_time']);

function masked(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => masked(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, key)]));
  }
  if (typeof value === 'number' && SECONDS.has(name)) return '<seconds>';
  if (typeof value !== 'string') return value;
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(value)) return '<time>';
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value) ? '<uuid>' : value;
}

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/legacy/${name}`, import.meta.url), 'utf8'));
}
