/** The pages that there are, in the order in which they are offered. */
export const NAVIGATION = [
  { to: '/', label: 'Overview' },
  { to: '/events', label: 'Events' },
] as const;
