import type { InLine } from '../domain/shedding.ts';
import { nextInLine } from '../domain/shedding.ts';

export interface LineOptions<Place> {
  readonly hasRoom: () => boolean;
  /** Takes up room for the next one. */
  readonly enter: () => Place;
  readonly now: () => number;
}

export interface Line<Place> {
  /** Resolves as soon as there is room, for the highest tier first, waiting counted in. */
  wait(inLine: InLine): Promise<Place>;
  /** Called when there may be room again. */
  letIn(): void;
  /** Rejects all who wait. */
  turnAway(error: unknown): void;
}

/** Those who wait for room. */
export function createLine<Place>({ hasRoom, enter, now }: LineOptions<Place>): Line<Place> {
  const line: { readonly inLine: InLine; readonly resolve: (place: Place) => void; readonly reject: (error: unknown) => void }[] = [];

  function letIn(): void {
    while (line.length > 0 && hasRoom()) {
      const index = nextInLine(
        line.map(({ inLine }) => inLine),
        now(),
      );
      const [next] = line.splice(index, 1);
      next?.resolve(enter());
    }
  }

  return {
    letIn,
    wait: (inLine) =>
      new Promise((resolve, reject) => {
        line.push({ inLine, resolve, reject });
        letIn();
      }),
    turnAway(error) {
      for (const { reject } of line.splice(0)) reject(error);
    },
  };
}
