import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';

/** A URL-safe digest of a JSON value that doesn't depend on the order of its keys. */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url');
}
