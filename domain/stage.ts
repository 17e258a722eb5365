/** A step of an event, by the name that its type gives it. */
export type Stage = string;

/** The steps of a type that names none of its own, in their order. */
export const STAGES = ['meaning', 'decision', 'action'] as const;
