/** `page`: it can't wait; `ticket`: it is to be looked at in the morning. */
export type AlertSeverity = 'page' | 'ticket';

export interface AlertRule {
  readonly severity: AlertSeverity;
  /** It is told once its condition has been seen at so many looks in a row. */
  readonly looks: number;
}

// At a look each 30 s: how long a condition lasts before it is told is that of its namesake in deploy/prometheus/alerts.yml.
const PER_MINUTE = 2;

/** What is told of, called as in deploy/prometheus/alerts.yml. That the engine is away only processes can tell. */
export const ALERT_RULES = {
  TicklessEngineUnreachable: { severity: 'page', looks: 1 },
  TicklessEngineSlow: { severity: 'page', looks: 5 * PER_MINUTE },
  TicklessEventsWaitTooLong: { severity: 'page', looks: 5 * PER_MINUTE },
  TicklessErrorBudgetBurns: { severity: 'page', looks: 2 * PER_MINUTE },
  TicklessQueueUnserved: { severity: 'page', looks: 2 * PER_MINUTE },
  TicklessBacklogGrows: { severity: 'ticket', looks: 10 * PER_MINUTE },
  TicklessBreakerOpen: { severity: 'ticket', looks: 15 * PER_MINUTE },
  TicklessPermitHeldTooLong: { severity: 'ticket', looks: 5 * PER_MINUTE },
  TicklessCallbacksFail: { severity: 'ticket', looks: 10 * PER_MINUTE },
  TicklessHandlersEndTheirProcess: { severity: 'ticket', looks: 1 },
} as const satisfies Readonly<Record<string, AlertRule>>;

export type AlertName = keyof typeof ALERT_RULES;

/** An alert that has begun is over once its condition hasn't been seen at so many looks in a row. */
export const RESOLVED_AFTER_LOOKS = 2 * PER_MINUTE;

/** It is told again after so long, as long as it lasts. */
export const REPEATED_AFTER_MS = 86_400_000;

/** What is wrong at a look. */
export interface AlertCondition {
  readonly name: AlertName;
  /** What tells it from others of its name, such as the tier. */
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The figures behind it. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Where more of it is seen, as paths of the service. */
  readonly links: Readonly<Record<string, string>>;
}

/** By which a condition is known from look to look. */
export function alertKey({ name, labels }: Pick<AlertCondition, 'name' | 'labels'>): string {
  return JSON.stringify([
    name,
    ...Object.keys(labels)
      .toSorted()
      .map((label) => [label, labels[label]]),
  ]);
}
