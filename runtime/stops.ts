/** What has been started, to be stopped in the other order. */
export interface Stops {
  push(stop: () => Promise<unknown>): void;
  /** Once each, one after the other. */
  stopAll(): Promise<void>;
}

export function createStops(): Stops {
  const stops: (() => Promise<unknown>)[] = [];
  return {
    push: (stop) => void stops.push(stop),
    async stopAll() {
      for (const stop of stops.splice(0).toReversed()) await stop();
    },
  };
}
