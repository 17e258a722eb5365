import type { RawEnvelope } from '../../domain/define-event.ts';

/**
 * Older clients send `intensity`, `metadata` and `timestamp` beside the type; `data` is then another name for `metadata`
 * (life.md, section 1).
 */
export function adaptLifeEnvelope(envelope: RawEnvelope): RawEnvelope {
  const { intensity, metadata, timestamp, ...rest } = envelope;
  const adapted: Record<string, unknown> = { ...rest };
  if (intensity !== undefined) {
    const described = metadata ?? rest['data'];
    adapted['data'] = { intensity, ...(described !== undefined && { metadata: described }) };
  } else if (metadata !== undefined) {
    adapted['metadata'] = metadata;
  }
  if (timestamp !== undefined && rest['time'] === undefined) adapted['time'] = timestamp;
  return adapted;
}
