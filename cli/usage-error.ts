/** The command was called wrongly, which shows only when it runs. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
