/** Energy, stability and integrity: a reading of a state (0–100, 0–1, 0–1), an impact or a delta. */
export interface Vitals {
  readonly energy: number;
  readonly stability: number;
  readonly integrity: number;
}

export const noVitals: Vitals = { energy: 0, stability: 0, integrity: 0 };

/** Applies the same arithmetic to all three, in the order energy, stability, integrity. */
export function mapVitals(calculate: (vital: keyof Vitals) => number): Vitals {
  return {
    energy: calculate('energy'),
    stability: calculate('stability'),
    integrity: calculate('integrity'),
  };
}

export function subtractVitals(left: Vitals, right: Vitals): Vitals {
  return mapVitals((vital) => left[vital] - right[vital]);
}

/** The notation's clamp (life.md, introduction); NaN stays NaN. */
export function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, value));
}
