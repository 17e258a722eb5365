import type { CallbackResource } from 'tickless';
import type { LegacyFormat } from './legacy-format.ts';

/** What a callback repeats of the session that was asked for. */
export const CALLBACK_FIELDS: readonly string[] = ['event', 'session', 'track', 'day', 'filename'];

export interface LegacyCallbackParts {
  readonly resource: CallbackResource;
  readonly format: LegacyFormat;
  /** What the session was made into; null where it isn't wanted or can't be sent. */
  readonly markdown: string | null;
  /** ISO 8601. */
  readonly sentAt: string;
}

/**
 * The callback's body as clients of the older routes know it: flat, `error` a plain message. Fields may be added, never
 * changed; what can't be sent is named in `omitted`.
 */
export function legacyCallback({ resource, format, markdown, sentAt }: LegacyCallbackParts): Readonly<Record<string, unknown>> {
  const document = fieldsOf(resource.result?.['action']);
  const success = resource.status === 'completed';
  const common = commonFields({ resource, format, sentAt }, success);
  if (!success) {
    const { code, message } = resource.error ?? { code: 'cancelled', message: 'the event was cancelled' };
    return { ...common, file_path: null, error: message, error_code: code };
  }
  return {
    ...common,
    file_path: document['markdown_file'] ?? null,
    ...(format.includeMarkdown && (markdown === null ? { omitted: ['markdown_content'] } : { markdown_content: markdown })),
    ...(format.includeMetadata && { metadata: document['metadata'] ?? null }),
  };
}

type ProgressParts = Omit<LegacyCallbackParts, 'markdown'>;

/** A message of how far a session is, for those who ask for it: it is neither a success nor a failure yet. */
export function legacyProgress(parts: ProgressParts): Readonly<Record<string, unknown>> {
  const { step = null, percent = null, message = null } = parts.resource.progress ?? {};
  return { ...commonFields(parts, null), step, progress: percent, message };
}

function commonFields({ resource, format, sentAt }: ProgressParts, success: boolean | null): Readonly<Record<string, unknown>> {
  const data = fieldsOf(resource.data);
  return {
    schema_version: 1,
    event_id: format.eventId,
    // As its client named it: an item's id is made of it.
    batch_id: resource.batchId === null ? null : format.eventId.replace(/_\d+$/, ''),
    timestamp: sentAt,
    success,
    ...Object.fromEntries(CALLBACK_FIELDS.map((name) => [name, data[name] ?? null])),
    phase: resource.status,
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
