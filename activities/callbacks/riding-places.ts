import { mayRide } from '../../domain/riding.ts';

/** Workflow tasks of single events of this process in which an attempt rides just now. */
export interface RidingPlaces {
  /** Null where there is none left; what it returns is called once, when the attempt is over or handed over. */
  take(origin: string): (() => void) | null;
}

export function createRidingPlaces(): RidingPlaces {
  const taken = new Map<string, number>();
  let riding = 0;
  return {
    take(origin) {
      const ridingToOrigin = taken.get(origin) ?? 0;
      if (!mayRide({ ridingToOrigin, riding })) return null;
      riding += 1;
      taken.set(origin, ridingToOrigin + 1);
      return () => {
        riding -= 1;
        const left = (taken.get(origin) ?? 1) - 1;
        if (left > 0) taken.set(origin, left);
        else taken.delete(origin);
      };
    },
  };
}
