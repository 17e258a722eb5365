import type { RawEnvelope } from '../../domain/define-event.ts';

/**
 * Older clients send `intensity`, `metadata` and `timestamp` beside the type; `data` is then another name for `metadata`
 * (life.md, section 1). Of two names for one thing the older one is left where it is: no event has such a field.
 */
export function adaptLifeEnvelope(envelope: RawEnvelope): RawEnvelope {
  const { intensity, metadata, timestamp, ...rest } = envelope;
  const adapted: Record<string, unknown> = { ...rest };
  if (intensity !== undefined) {
    const described = rest['data'] ?? metadata;
    adapted['data'] = { intensity, ...(described !== undefined && { metadata: described }) };
  }
  if (metadata !== undefined && (intensity === undefined || rest['data'] !== undefined)) adapted['metadata'] = metadata;
  if (timestamp !== undefined) adapted[rest['time'] === undefined ? 'time' : 'timestamp'] = timestamp;
  return adapted;
}
