// Every stop has its limits, 12 s in all; a container is killed after 15 s (docker-compose.yml).
const STOPPED_WITHIN_MS = 14_000;

/**
 * Resolves with the first of the signals by which a process is asked to stop; a second one then ends it at once. So does
 * the time, if something holds the process though all is stopped, as the thread of a worker that had to be cut off.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      process.once(signal, () => process.exit(1));
      setTimeout(() => process.exit(), STOPPED_WITHIN_MS).unref();
      resolve(signal);
    };
    process.once('SIGTERM', onSignal);
    process.once('SIGINT', onSignal);
  });
}
