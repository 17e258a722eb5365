import { LifeError } from './life-error.ts';
import type { SelfState } from './self-state.ts';
import type { Vitals } from './vitals.ts';
import { clamp } from './vitals.ts';

/** The numeric fields that a delta or a write may reach; birth and memory are out of reach. */
export type BoundedField =
  | keyof Vitals
  | 'fatigue'
  | 'tension'
  | 'ticks'
  | 'ageSeconds'
  | 'subjectiveTimeSeconds'
  | 'lastEventIntensity'
  | 'circadianPhaseRadians'
  | 'recoveryEfficiency'
  | 'lastSignificance';

export type StateFields = Readonly<Partial<Record<BoundedField, number>>>;

interface Bounds {
  readonly lowest: number;
  readonly highest: number;
  readonly neverDecreases?: true;
  readonly isInteger?: true;
}

/** Life.md, section 3. Stability ends at 1: the one place of the source that allows 2 does not win. */
const boundsByField: Readonly<Record<BoundedField, Bounds>> = {
  energy: { lowest: 0, highest: 100 },
  stability: { lowest: 0, highest: 1 },
  integrity: { lowest: 0, highest: 1 },
  fatigue: { lowest: 0, highest: Infinity },
  tension: { lowest: 0, highest: Infinity },
  ticks: { lowest: 0, highest: Infinity, isInteger: true },
  ageSeconds: { lowest: 0, highest: Infinity, neverDecreases: true },
  subjectiveTimeSeconds: { lowest: 0, highest: Infinity, neverDecreases: true },
  lastEventIntensity: { lowest: 0, highest: 1 },
  circadianPhaseRadians: { lowest: 0, highest: 2 * Math.PI },
  recoveryEfficiency: { lowest: 0.4, highest: 1.6 },
  lastSignificance: { lowest: 0, highest: 1 },
};

/** Adds field by field; each sum is clamped to its bounds. */
export function addDelta(state: SelfState, delta: StateFields): SelfState {
  return changeFields(state, delta, (field, change) =>
    clamp(state[field] + change, lowestAllowed(state, field), boundsByField[field].highest),
  );
}

/** Replaces fields. Throws a LifeError `state_out_of_bounds` for a value that the bounds forbid. */
export function writeState(state: SelfState, fields: StateFields): SelfState {
  return changeFields(state, fields, (field, value) => {
    const { highest, isInteger } = boundsByField[field];
    const lowest = lowestAllowed(state, field);
    // Written so that NaN fails too.
    const isWithin = value >= lowest && value <= highest;
    if (!isWithin || (isInteger && !Number.isInteger(value))) {
      throw new LifeError(
        'state_out_of_bounds',
        `"${field}" cannot be set to ${value}: it must be ${isInteger ? 'an integer ' : ''}within ${lowest} and ${highest}`,
      );
    }
    return value;
  });
}

/** One vital within its bounds. */
export function clampVital(vital: keyof Vitals, value: number): number {
  const { lowest, highest } = boundsByField[vital];
  return clamp(value, lowest, highest);
}

function changeFields(state: SelfState, fields: StateFields, change: (field: BoundedField, value: number) => number): SelfState {
  return Object.entries(fields).reduce(
    (changed, [field, value]) => (isBoundedField(field) ? { ...changed, [field]: change(field, value) } : changed),
    state,
  );
}

function lowestAllowed(state: SelfState, field: BoundedField): number {
  const { lowest, neverDecreases } = boundsByField[field];
  return neverDecreases ? state[field] : lowest;
}

function isBoundedField(name: string): name is BoundedField {
  return Object.hasOwn(boundsByField, name);
}
