import { verifyWebhook } from '../../client/verify-webhook.ts';
import type { DevCallback, DevCallbackContent, DevResource } from '../../domain/dev-resource.ts';

export interface Receiver {
  /** What callbacks are signed with, from now on. */
  trust(secrets: readonly string[]): void;
  setFailing(isFailing: boolean): void;
  /** Keeps a callback, and gives the status to answer it with. */
  receive(headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<200 | 500>;
  list(): Omit<DevResource, 'receiverUrl'>;
  /** Undefined where it is no longer kept. */
  get(number: number): DevCallbackContent | undefined;
}

const KEPT = 100;

/** Keeps the last callbacks in memory, each with whether it is genuine. */
export function createReceiver(now: () => number): Receiver {
  const kept: DevCallbackContent[] = [];
  let secrets: readonly string[] = [];
  let isFailing = false;
  let count = 0;

  return {
    trust(given) {
      secrets = given;
    },

    setFailing(asked) {
      isFailing = asked;
    },

    async receive(headers, body) {
      const nowMs = now();
      const answer = isFailing ? 500 : 200;
      const verified = await verifyWebhook({ secrets, headers, body, nowMs });
      const text = new TextDecoder().decode(body);
      const messageId = headers['webhook-id'] ?? null;
      count += 1;
      kept.push({
        number: count,
        receivedAt: new Date(nowMs).toISOString(),
        messageId,
        ...readMessage(text),
        attempt: 1 + (kept.findLast((before) => messageId !== null && before.messageId === messageId)?.attempt ?? 0),
        signature: verified.ok ? { ok: true } : { ok: false, reason: verified.reason },
        answer,
        headers,
        body: text,
      });
      if (kept.length > KEPT) kept.shift();
      return answer;
    },

    list: () => ({ isFailing, callbacks: kept.toReversed().map(withoutContent) }),

    get: (number) => kept.find((callback) => callback.number === number),
  };
}

function withoutContent({ headers: _headers, body: _body, ...callback }: DevCallbackContent): DevCallback {
  return callback;
}

/** The envelope and a CloudEvent have these fields at the same place. */
function readMessage(text: string): Pick<DevCallback, 'type' | 'id'> {
  try {
    const body = JSON.parse(text) as { readonly type?: unknown; readonly data?: { readonly id?: unknown } | null } | null;
    const id = body?.data?.id;
    return { type: typeof body?.type === 'string' ? body.type : null, id: typeof id === 'string' ? id : null };
  } catch {
    return { type: null, id: null };
  }
}
