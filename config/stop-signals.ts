const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

// Every stop has its limits, 12 s in all; a container is killed after 15 s (docker-compose.yml).
const STOPPED_WITHIN_MS = 14_000;

// A Ctrl-C reaches npm and what it runs, and npm passes it on: the second of two so close together is the same request.
const SAME_REQUEST_MS = 1_000;

/**
 * Resolves with the first of the signals by which a process is asked to stop; a later one, of whatever kind, then ends it at
 * once. So does the time, if something holds the process though all is stopped, as the thread of a worker that had to be cut
 * off.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let askedAtMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (askedAtMs === undefined) {
        askedAtMs = performance.now();
        setTimeout(() => process.exit(), STOPPED_WITHIN_MS).unref();
        resolve(signal);
      } else if (performance.now() - askedAtMs >= SAME_REQUEST_MS) {
        process.exit(1);
      }
    };
    for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  });
}
