/** A step of an event, by the name that its type gives it. */
export type Stage = string;

/** The steps of a type that names none of its own, in their order. */
export const STAGES = ['meaning', 'decision', 'action'] as const;

/** The steps of a type that names none of its own, and steps that have the same names. */
export type UsualStage = (typeof STAGES)[number];

export const MAX_STAGES = 8;

const STAGE_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/**
 * Names that no stage has. The engine shows a stage on a worker as an activity of the stage's name, and runs as a stage whatever
 * activity has no other meaning: the two that would have another one, in words that a stage may have, are reserved. Objects have a
 * `constructor` by themselves, and attempts and results are kept in objects by the stages' names. Among timeouts `total` is all of them.
 */
const RESERVED_STAGES: readonly Stage[] = ['callback', 'default', 'constructor', 'total'];

/** A step that no event goes through: what is done for one that is cancelled after it has begun. No stage of a type's has such a name. */
export const ON_CANCEL = 'onCancel';

export function isReservedStage(name: Stage): boolean {
  return RESERVED_STAGES.includes(name);
}

/** What is wrong with the names that a type gives to its stages; null where nothing is. */
export function faultOfStages(names: readonly Stage[]): string | null {
  if (names.length === 0 || names.length > MAX_STAGES) return `has 1 to ${MAX_STAGES} stages, not ${names.length}`;
  for (const [index, name] of names.entries()) {
    if (!STAGE_NAME.test(name)) {
      return `names a stage "${name}": a name starts with a-z and has at most 32 of a-z, 0-9, "_" and "-"`;
    }
    if (isReservedStage(name)) return `names a stage "${name}", which is reserved`;
    if (names.indexOf(name) !== index) return `names two stages "${name}"`;
  }
  return null;
}
