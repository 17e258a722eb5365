import { serviceUrl } from '../../service/client.ts';
import { dev } from '../../service/dev.ts';

const ASK_AGAIN_AFTER_MS = 50;

export interface Killed {
  /** ISO 8601, by the service's clock. */
  readonly at: string;
  /** For how long nobody was there. */
  readonly awayMs: number;
}

/** Kills the service, and waits until it accepts events again. */
export async function killService(): Promise<Killed> {
  const { at } = await dev.kill();
  const killedMs = performance.now();
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_AFTER_MS));
  return { at, awayMs: performance.now() - killedMs };
}

async function isReady(): Promise<boolean> {
  return fetch(`${serviceUrl}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}
