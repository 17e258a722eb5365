import { randomUUID } from 'node:crypto';

/** A UUIDv7 (RFC 9562, 5.7): ordered by time, so that the engine's indexes grow at their end. */
export function newUuidV7(nowMs: number = Date.now()): string {
  const time = nowMs.toString(16).padStart(12, '0');
  // All but time and version is as in a random one, of which Node keeps some in store.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
