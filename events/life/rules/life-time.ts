import type { SelfState } from './self-state.ts';
import { addDelta } from './state-bounds.ts';
import { clamp } from './vitals.ts';

const secondsPerHour = 3600;

export interface LifeStep {
  /** Nominally 1. */
  readonly elapsedSeconds: number;
  /** Of the events that arrived in this step. */
  readonly intensities: readonly number[];
  /** Default 24 h; kept within 6–72 h. */
  readonly circadianPeriodSeconds?: number | undefined;
  /** Whether recovery follows the phase that it comes to; off by default. */
  readonly followsDayRhythm?: boolean | undefined;
}

/** One tick of the clock (life.md, section 9). The rate reads the new event intensity and the phase before it moves. */
export function passTick(state: SelfState, step: LifeStep): SelfState {
  const lastEventIntensity = blendEventIntensity(state.lastEventIntensity, step.intensities);
  const rate = subjectiveRate({ ...state, lastEventIntensity });
  const advanced = addDelta(state, {
    ticks: 1,
    ageSeconds: step.elapsedSeconds,
    subjectiveTimeSeconds: step.elapsedSeconds * rate,
  });
  const circadianPhaseRadians = advancePhase(state.circadianPhaseRadians, step);
  const recoveryEfficiency = step.followsDayRhythm ? recoveryEfficiencyAt(circadianPhaseRadians) : state.recoveryEfficiency;
  return { ...advanced, lastEventIntensity, circadianPhaseRadians, recoveryEfficiency };
}

const QUIET_SECOND: LifeStep = { elapsedSeconds: 1, intensities: [] };

/** What so many ticks of a quiet second come to, bit for bit, without making a state of each: there may be millions. */
export function passQuietSeconds(state: SelfState, ticks: number, followsDayRhythm = false): SelfState {
  const { energy, stability, recoveryEfficiency, lastEventIntensity, circadianPhaseRadians } = state;
  const moving = { energy, stability, recoveryEfficiency, lastEventIntensity, circadianPhaseRadians };
  let { ageSeconds, subjectiveTimeSeconds } = state;
  for (let tick = 0; tick < ticks; tick += 1) {
    moving.lastEventIntensity = blendEventIntensity(moving.lastEventIntensity, QUIET_SECOND.intensities);
    ageSeconds += QUIET_SECOND.elapsedSeconds;
    subjectiveTimeSeconds += subjectiveRate(moving);
    moving.circadianPhaseRadians = advancePhase(moving.circadianPhaseRadians, QUIET_SECOND);
    if (followsDayRhythm) moving.recoveryEfficiency = recoveryEfficiencyAt(moving.circadianPhaseRadians);
  }
  return { ...state, ...moving, ageSeconds, subjectiveTimeSeconds, ticks: state.ticks + ticks };
}

/** Subjective time by age; 1 for a life without a clock. */
export function timeRatio(state: Pick<SelfState, 'ageSeconds' | 'subjectiveTimeSeconds'>): number {
  return state.ageSeconds === 0 ? 1 : state.subjectiveTimeSeconds / state.ageSeconds;
}

/** Subjective seconds in a second, 0.1–3. */
export function subjectiveRate(
  state: Pick<SelfState, 'energy' | 'stability' | 'lastEventIntensity' | 'circadianPhaseRadians' | 'recoveryEfficiency'>,
): number {
  const rate =
    1 +
    state.lastEventIntensity +
    0.5 * (state.stability - 0.5) +
    (0.5 * state.energy) / 100 +
    0.3 * Math.sin(state.circadianPhaseRadians) * state.recoveryEfficiency;
  return clamp(rate, 0.1, 3);
}

/**
 * The optional day rhythm of recovery, linear over the quarters of the phase. Off by default: efficiency stays 1.
 */
export function recoveryEfficiencyAt(phaseRadians: number): number {
  const quarter = phaseRadians / (Math.PI / 2);
  if (quarter < 1) return 0.5 + 0.3 * quarter;
  if (quarter < 2) return 0.8 + 0.2 * (quarter - 1);
  if (quarter < 3) return 1 - 0.3 * (quarter - 2);
  return 0.7 - 0.3 * (quarter - 3);
}

function blendEventIntensity(previous: number, intensities: readonly number[]): number {
  const largest = intensities.reduce((found, intensity) => Math.max(found, intensity), 0);
  return 0.3 * largest + 0.7 * previous;
}

function advancePhase(phaseRadians: number, step: LifeStep): number {
  const periodSeconds = clamp(step.circadianPeriodSeconds ?? 24 * secondsPerHour, 6 * secondsPerHour, 72 * secondsPerHour);
  const moved = phaseRadians + (2 * Math.PI * step.elapsedSeconds) / periodSeconds;
  return moved % (2 * Math.PI);
}
