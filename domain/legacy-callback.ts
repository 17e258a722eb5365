import type { CallbackResource } from './callback-message.ts';
import type { LegacyFormat } from './delivery.ts';

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
  const data = fieldsOf(resource.data);
  const document = fieldsOf(resource.result?.action);
  const success = resource.status === 'completed';
  const common = {
    schema_version: 1,
    event_id: format.eventId,
    timestamp: sentAt,
    success,
    ...Object.fromEntries(CALLBACK_FIELDS.map((name) => [name, data[name] ?? null])),
    phase: resource.status,
  };
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

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
