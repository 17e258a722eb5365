import { ALERT_RULES } from './alert.ts';
import type { AlertCondition, AlertSeverity } from './alert.ts';
import type { AlertNotice } from './alert-board.ts';
import type { CallbackTarget } from './callback-message.ts';
import type { VerdictEnvelope } from './delivery.ts';
import { DEFAULT_TENANT } from './event-id.ts';
import { toIso } from './to-iso.ts';

/** An alert as its messages show it; times are ISO 8601 with milliseconds. Names are Alertmanager's where it has one for the thing. */
export interface AlertResource extends AlertCondition {
  /** The same in all messages of one time that it fires. */
  readonly id: string;
  readonly status: AlertNotice['status'];
  readonly severity: AlertSeverity;
  readonly startsAt: string;
  /** Null while it lasts. */
  readonly endsAt: string | null;
}

export interface AlertMessage {
  readonly target: CallbackTarget;
  readonly message: VerdictEnvelope<AlertResource>;
}

/** The message of a notice: each is known by the alert's id and its number, so that all who send the same give it the same `webhook-id`. */
export function toAlertMessage({ status, alert, atMs }: AlertNotice, url: string): AlertMessage {
  const { id, name, labels, summary, details, links, sinceMs, told } = alert;
  const timestamp = toIso(atMs);
  const { severity } = ALERT_RULES[name];
  const endsAt = status === 'resolved' ? timestamp : null;
  return {
    target: {
      kind: 'alert',
      tenant: DEFAULT_TENANT,
      owner: `~alert/${id}`,
      run: told,
      callback: { url, headers: {}, progress: false },
    },
    message: {
      type: `alert.${status}`,
      timestamp,
      recordedAt: timestamp,
      data: { id, status, name, severity, labels, summary, startsAt: toIso(sinceMs), endsAt, details, links },
    },
  };
}
