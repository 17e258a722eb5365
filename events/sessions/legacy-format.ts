import type { CallbackFormat } from 'tickless';

export const LEGACY = 'legacy';

/** The flat body that clients of the older routes know, and what of it they want. Stored in histories. */
export interface LegacyFormat extends CallbackFormat {
  readonly kind: typeof LEGACY;
  /** What the client calls the event. */
  readonly eventId: string;
  readonly includeMarkdown: boolean;
  readonly includeMetadata: boolean;
}

/** Only the older routes ask for a format of this kind, and all of them with the same fields. */
export function isLegacyFormat(format: CallbackFormat): format is LegacyFormat {
  return format.kind === LEGACY;
}
