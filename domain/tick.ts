/** An event without content, sent to all subjects of a type at intervals. */
export interface Tick {
  readonly subjectType: string;
  readonly eventType: string;
}
