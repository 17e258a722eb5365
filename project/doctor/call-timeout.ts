/** For each call of the engine: somebody waits at a terminal. */
export const CALL_TIMEOUT_MS = 5_000;
