import type { RawEnvelope } from 'tickless';
import { z } from 'zod';

/** What `adaptLifeEnvelope` knows in place of today's fields. */
export const olderLifeForm = z.object({
  intensity: z.number().min(-1).max(1),
  metadata: z.looseObject({}).optional().describe('else `data` is read as the metadata'),
  data: z.looseObject({}).optional(),
  timestamp: z.iso.datetime({ offset: true }).optional().describe('the time, where `time` is absent'),
  time: z.iso.datetime({ offset: true }).optional(),
});

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
