import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

export interface NamespaceState {
  readonly namespace: string;
  readonly isFound: boolean;
  /** How long what has ended is kept; null where the engine doesn't say. */
  readonly retentionMs: number | null;
  /** How long a callback is tried, by `CALLBACK_SCHEDULE`. */
  readonly longestCallbackMs: number;
}

/** A callback that has failed is sent from its event's record: that has to be there as long as it is tried. */
export function checkNamespace({ namespace, isFound, retentionMs, longestCallbackMs }: NamespaceState): Finding {
  if (!isFound) {
    const remedy = `temporal operator namespace create -n ${namespace} --retention 168h, or set TEMPORAL_NAMESPACE to another.`;
    return fault('namespace', `The engine has no namespace "${namespace}".`, remedy);
  }
  if (retentionMs === null) return ok('namespace', `The namespace "${namespace}" is there.`);
  const message = `The namespace "${namespace}" is there, and keeps what has ended for ${inHours(retentionMs)} h.`;
  if (retentionMs >= longestCallbackMs) return ok('namespace', message);
  return warning(
    'namespace',
    `${message} A callback is tried for ${inHours(longestCallbackMs)} h (CALLBACK_SCHEDULE), which needs the event's record.`,
    `temporal operator namespace update -n ${namespace} --retention 168h`,
  );
}

function inHours(ms: number): number {
  return Math.round(ms / 360_000) / 10;
}
