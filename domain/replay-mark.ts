/** What a run knows of the replay that it was begun by. Stored in histories. */
export interface ReplayMark {
  /** When it was asked for, by the clock of the process that was asked. */
  readonly atMs: number;
  /** The engine's id of the workflow run that was replayed. */
  readonly of: string;
  /** Which request has begun it: of two that come at once the engine starts one. */
  readonly by: string;
  /** Digest of what was asked for. */
  readonly asked: string;
  /** What its handlers emit is not started again; absent where it is. */
  readonly emits?: 'skip';
  /** Which dead letter this run makes up for; absent where the run before was none. */
  readonly replaces?: string;
  /** Digest of the `Idempotency-Key`, where it came with one. */
  readonly key?: string;
}
