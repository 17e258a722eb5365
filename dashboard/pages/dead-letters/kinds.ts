import type { DeadKind } from '../../../domain/dead-letter.ts';

/** What each kind of dead letter is called. */
export const KINDS: Readonly<Record<DeadKind, string>> = {
  event: 'event',
  item: 'item of a batch',
  subject: 'event of a subject',
  callback: 'callback',
};
