import { inject } from 'vitest';

/** Of the engine that no file but this uses now; those before may have left something in it. */
export function engineAddress(): string {
  const pool = Number(process.env['VITEST_POOL_ID']);
  const address = inject('engineAddresses')[pool - 1];
  if (address === undefined) throw new Error(`there is no engine for process ${pool}`);
  return address;
}
