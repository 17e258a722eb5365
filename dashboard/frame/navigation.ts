import { hasDev } from '../service/dev.ts';

/** The pages that there are, in the order in which they are offered. */
export const NAVIGATION = [
  { to: '/', label: 'Overview' },
  { to: '/events', label: 'Events' },
  { to: '/send', label: 'Send' },
  ...(hasDev ? [{ to: '/try', label: 'Try it' } as const] : []),
  { to: '/batches', label: 'Batches' },
  { to: '/dead-letters', label: 'Dead letters' },
  { to: '/subjects', label: 'Subjects' },
  { to: '/limits', label: 'Limits' },
  { to: '/destinations', label: 'Destinations' },
  { to: '/types', label: 'Types' },
] as const;
