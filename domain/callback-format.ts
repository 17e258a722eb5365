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

/** A message as it is signed and sent. */
export interface CallbackBody {
  readonly body: string;
  /** JSON where none is named. */
  readonly contentType?: string;
}

/** Gives the body of a message. */
export type WriteFormat = (message: FormattedMessage) => Promise<string | CallbackBody>;

/** The format that the service itself brings along, besides the envelope. */
export const CLOUD_EVENTS = 'cloudevents';

/** The formats that applications bring along, by `kind`. */
export type CallbackFormats = ReadonlyMap<string, WriteFormat>;
