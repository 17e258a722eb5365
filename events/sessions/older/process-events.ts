import { newUuidV7 } from 'tickless/server';
import type { Core, ItemResource } from 'tickless/server';
import type { ReadDocument } from '../read-document.ts';
import { acknowledgeBatch, answerBatch, documentOf } from './legacy-answer.ts';
import type { EndedSession } from './legacy-answer.ts';
import { invalidInput, stillAtWork, toLegacyError } from './legacy-error.ts';
import { parseAsyncBatch, parseSyncBatch } from './legacy-input.ts';
import { MAX_WAIT_MS } from './process-event.ts';
import type { ProcessLegacy } from './process-event.ts';
import { submitBatch } from './submit-batch.ts';
import { waitForBatch } from './wait-for-batch.ts';

// So much text goes into one answer; what comes after it is read from the files.
const MAX_MARKDOWN_CHARACTERS = 64 * 1024 * 1024;

/** `/process-events-async` and `/process-events`: many sessions, one after the other. */
export function createProcessEvents(
  core: Core,
  readDocument: ReadDocument,
): { readonly async: ProcessLegacy; readonly sync: ProcessLegacy } {
  const { batches, waitingRoom } = core;

  return {
    async async(body, { tenant, facts, lossy }) {
      const parsed = parseAsyncBatch(body, newUuidV7, lossy);
      if (!parsed.ok) return { ok: false, error: invalidInput(parsed.errors) };
      const submitted = await submitBatch(core, parsed.value, tenant);
      return submitted.ok ? { ok: true, body: acknowledgeBatch(parsed.value, facts) } : submitted;
    },

    async sync(body, { tenant, facts, lossy, signal }) {
      const parsed = parseSyncBatch(body, newUuidV7, lossy);
      if (!parsed.ok) return { ok: false, error: invalidInput(parsed.errors) };
      // Whoever waits for so long takes the place of a stream.
      const place = waitingRoom.enter();
      if (place === null) {
        const detail = 'too many wait in this process just now';
        return { ok: false, error: toLegacyError({ code: 'overloaded', detail, headers: { 'retry-after': '5' } }) };
      }
      try {
        const submitted = await submitBatch(core, parsed.value, tenant);
        if (!submitted.ok) return submitted;
        const { key } = submitted;
        const ended = await waitForBatch(batches, key, { waitMs: MAX_WAIT_MS, signal: AbortSignal.any([place.signal, signal]) });
        if (ended === null) return { ok: false, error: stillAtWork(`/v1/batches/${key.id}`) };
        return { ok: true, body: answerBatch(parsed.value, await withMarkdown(ended), new Date().toISOString(), facts) };
      } finally {
        place.leave();
      }
    },
  };

  async function withMarkdown(items: readonly ItemResource[]): Promise<readonly EndedSession[]> {
    const ended: EndedSession[] = [];
    let characters = 0;
    for (const resource of items) {
      const path = characters < MAX_MARKDOWN_CHARACTERS ? documentOf(resource) : null;
      const markdown = path === null ? null : await readDocument(path);
      characters += markdown?.length ?? 0;
      ended.push({ resource, markdown });
    }
    return ended;
  }
}
