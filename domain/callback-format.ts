import type { CallbackResource } from './callback-message.ts';
import type { CallbackFormat } from './delivery.ts';

/** An event's message, to be written in a format other than the envelope. */
export interface FormattedMessage {
  /** The envelope's type: `event.completed`, `event.progress`, … */
  readonly type: string;
  readonly resource: CallbackResource;
  readonly format: CallbackFormat;
  /** ISO 8601. */
  readonly sentAt: string;
}

/** Gives the body of a message. */
export type WriteFormat = (message: FormattedMessage) => Promise<string>;

/** The formats that applications bring along, by `kind`. */
export type CallbackFormats = ReadonlyMap<string, WriteFormat>;
