/** The engine can't be reached, or doesn't answer in time. Whether what was asked for has been done isn't known. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}
