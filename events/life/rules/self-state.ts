import type { PendingAction } from './feedback-record.ts';
import type { MemoryEntry } from './memory.ts';
import type { Pattern } from './pattern.ts';
import type { Vitals } from './vitals.ts';

/** The state of one life (life.md, section 3): plain data, safe to store as JSON. */
export interface SelfState extends Vitals {
  /** Set at birth, immutable, like the time of birth. */
  readonly lifeId: string;
  readonly birthTimestampMs: number;
  /** No event changes fatigue or tension. */
  readonly fatigue: number;
  readonly tension: number;
  /** Nominally one a second. */
  readonly ticks: number;
  readonly ageSeconds: number;
  readonly subjectiveTimeSeconds: number;
  readonly lastEventIntensity: number;
  readonly circadianPhaseRadians: number;
  readonly recoveryEfficiency: number;
  readonly lastSignificance: number;
  /** The last decision; empty before the first. */
  readonly lastPattern: Pattern | '';
  readonly clarityState: boolean;
  readonly memory: readonly MemoryEntry[];
  readonly pendingActions: readonly PendingAction[];
  /** Types of events, newest last. */
  readonly recentEvents: readonly string[];
  readonly energyHistory: readonly number[];
  readonly stabilityHistory: readonly number[];
  /** Written by learning and adaptation only, which are left out (section 10): empty. */
  readonly parameterHistory: readonly ParameterChange[];
  readonly adaptationHistory: readonly ParameterChange[];
}

export interface ParameterChange {
  readonly tick: number;
  readonly parameter: string;
  readonly value: number;
}

/** A life before its first event; also the state of an event that runs without a subject. */
export const initialSelfState: SelfState = {
  lifeId: '',
  birthTimestampMs: 0,
  energy: 100,
  stability: 1,
  integrity: 1,
  fatigue: 0,
  tension: 0,
  ticks: 0,
  ageSeconds: 0,
  subjectiveTimeSeconds: 0,
  lastEventIntensity: 0,
  circadianPhaseRadians: 0,
  recoveryEfficiency: 1,
  lastSignificance: 0,
  lastPattern: '',
  clarityState: false,
  memory: [],
  pendingActions: [],
  recentEvents: [],
  energyHistory: [],
  stabilityHistory: [],
  parameterHistory: [],
  adaptationHistory: [],
};

export function createSelfState(birth: Pick<SelfState, 'lifeId' | 'birthTimestampMs'>): SelfState {
  return { ...initialSelfState, ...birth };
}

export function hasCriticalEnergy(vitals: Vitals): boolean {
  return vitals.energy < 20;
}

export function isViable(vitals: Vitals): boolean {
  return vitals.energy > 10 && vitals.integrity > 0.1 && vitals.stability > 0.1;
}

/** A weak life keeps running; see `weaken` for the optional penalty. */
export function isWeak(vitals: Vitals): boolean {
  return vitals.energy <= 0.05 || vitals.integrity <= 0.05 || vitals.stability <= 0.05;
}
