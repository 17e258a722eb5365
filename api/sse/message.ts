/** One event of a stream, written out once for all who watch. */
export interface Message {
  /** Tells this state from every other one of the same resource, in any process. */
  readonly id: string;
  readonly event: string;
  /** JSON, on one line. */
  readonly data: string;
  /** Nothing comes after it. */
  readonly last: boolean;
}

/** The message as it goes over the wire (WHATWG HTML, 9.2.6). */
export function toFrame({ id, event, data }: Message): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}
