import type { HandlerContext } from 'tickless';
import type { Step, StepPlan } from './plan-steps.ts';

/** @param share of the step that is done, 0 to 100 */
export type Tell = (step: Step, share: number, message: string) => void;

/** A step that was gone through; where its result was known before, in no time. */
export interface StepRecord {
  readonly step: Step;
  /** ISO 8601. */
  readonly started_at: string;
  readonly seconds: number;
}

export interface StepReport {
  readonly tell: Tell;
  /** The steps so far, in order, with the last one ending now. */
  records(): readonly StepRecord[];
}

/** Tells of progress by the steps' estimates: it never falls, as steps come in order and each grows from 0 to 100. */
export function createStepReport(
  { heartbeat }: Pick<HandlerContext, 'heartbeat'>,
  steps: StepPlan['steps'],
  now: () => number,
): StepReport {
  const totalMs = steps.reduce((sum, { estimateMs }) => sum + estimateMs, 0);
  const begun: { readonly step: Step; readonly atMs: number }[] = [];
  return {
    tell(step, share, message) {
      if (begun.at(-1)?.step !== step) begun.push({ step, atMs: now() });
      const index = steps.findIndex((planned) => planned.step === step);
      const beforeMs = steps.slice(0, index).reduce((sum, { estimateMs }) => sum + estimateMs, 0);
      const ownMs = steps[index]?.estimateMs ?? 0;
      heartbeat({ step, percent: Math.floor((100 * beforeMs + Math.min(100, share) * ownMs) / totalMs), message });
    },
    records: () =>
      begun.map(({ step, atMs }, index) => ({
        step,
        started_at: new Date(atMs).toISOString(),
        seconds: ((begun[index + 1]?.atMs ?? now()) - atMs) / 1_000,
      })),
  };
}
