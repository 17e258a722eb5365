import { client } from '../../service/client.ts';
import { mayPass } from '../../service/query-client.ts';

export const LOADED = 100;
// A browser has six connections to a service, of which the page needs some.
const AT_ONCE = 3;
const SEND_AGAIN_AFTER_MS = 200;

export interface LoadOptions {
  readonly type: string;
  readonly data: unknown;
  readonly receiverUrl: string;
  /** Told how many the service has accepted so far. */
  readonly onAccepted: (count: number) => void;
}

/** Sends events of a type until the service has accepted all of them, through its absence too. @throws TicklessError when it refuses one */
export async function loadEvents({ type, data, receiverUrl, onAccepted }: LoadOptions): Promise<void> {
  const name = `try-${Date.now().toString(36)}`;
  let begun = 0;
  let accepted = 0;
  onAccepted(0);
  async function sendSome(): Promise<void> {
    while (begun < LOADED) {
      begun += 1;
      await sendOnce({ type, id: `${name}-${begun}`, data, callback: { url: receiverUrl } });
      accepted += 1;
      onAccepted(accepted);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendSome));
}

/** Where it can't be known whether the service has accepted it, the same id is sent again, which begins nothing new. */
async function sendOnce(event: Parameters<typeof client.events.submit>[0]): Promise<void> {
  for (;;) {
    try {
      await client.events.submit(event);
      return;
    } catch (error) {
      if (!(error instanceof Error) || !mayPass(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, SEND_AGAIN_AFTER_MS));
    }
  }
}
