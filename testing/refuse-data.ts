import type { Fault } from '../domain/fault.ts';

/** @throws Error that says where the data isn't what its type takes */
export function refuseData(type: string, faults: readonly Fault[]): never {
  throw new Error(`"${type}" takes no such data: ${faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')}`);
}
