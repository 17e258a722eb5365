import type { EventRequest } from '../../../client/event-request.ts';
import { TIERS } from '../../../domain/tier.ts';

/** An event as the reader has written it so far; a text is empty where nothing is said. */
export interface Draft {
  readonly type: string;
  readonly data: unknown;
  readonly id: string;
  readonly tier: string;
  readonly subject: string;
  readonly delaySeconds: string;
  readonly waitSeconds: string;
  readonly callbackUrl: string;
}

export const EMPTY_DRAFT: Omit<Draft, 'type' | 'data'> = {
  id: '',
  tier: '',
  subject: '',
  delaySeconds: '',
  waitSeconds: '10',
  callbackUrl: '',
};

/** What is sent, and how long its end is waited for. */
export interface Request {
  readonly event: EventRequest;
  readonly waitSeconds: number | null;
}

export function toRequest({ type, data, id, tier, subject, delaySeconds, waitSeconds, callbackUrl }: Draft): Request {
  const known = TIERS.find((each) => each === tier);
  return {
    event: {
      type,
      ...(id !== '' && { id }),
      ...(subject !== '' && { subject }),
      data,
      ...(known !== undefined && { tier: known }),
      ...(Number(delaySeconds) > 0 && { delayMs: Math.round(Number(delaySeconds) * 1_000) }),
      ...(callbackUrl !== '' && { callback: { url: callbackUrl } }),
    },
    waitSeconds: Number(waitSeconds) > 0 ? Math.min(60, Math.round(Number(waitSeconds))) : null,
  };
}
