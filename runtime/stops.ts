/** What has been started, to be stopped in the other order. */
export interface Stops {
  push(stop: () => unknown): void;
  /** Once each, one after the other, whatever becomes of those before. @throws AggregateError of what failed */
  stopAll(): Promise<void>;
}

export function createStops(): Stops {
  const stops: (() => unknown)[] = [];
  return {
    push: (stop) => void stops.push(stop),
    async stopAll() {
      const failures: unknown[] = [];
      for (const stop of stops.splice(0).toReversed()) {
        try {
          await stop();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, `could not be stopped: ${failures.map(String).join('; ')}`);
    },
  };
}
