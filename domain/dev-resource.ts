/** The receiver that `tickless dev` has, as its owner sees it. */
export interface DevResource {
  /** Where callbacks may be sent. */
  readonly receiverUrl: string;
  /** Whether it answers 500 to each callback. */
  readonly isFailing: boolean;
  /** The last ones, newest first. */
  readonly callbacks: readonly DevCallback[];
}

/** A callback that has come to it. */
export interface DevCallback {
  /** Counted from 1 on, in order of arrival. */
  readonly number: number;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** `webhook-id`; null without one. */
  readonly messageId: string | null;
  /** `event.completed`, `batch.completed`, …; null where the body is no message. */
  readonly type: string | null;
  /** The event's or the batch's; null where the body names none. */
  readonly id: string | null;
  /** How often this message has come, with this time. */
  readonly attempt: number;
  readonly signature: { readonly ok: true } | { readonly ok: false; readonly reason: string };
  /** The status that it was answered with. */
  readonly answer: number;
}

export interface DevCallbackContent extends DevCallback {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came. */
  readonly body: string;
}
