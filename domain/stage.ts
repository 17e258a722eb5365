/** The steps of an event, in their order. */
export const STAGES = ['meaning', 'decision', 'action'] as const;

export type Stage = (typeof STAGES)[number];
