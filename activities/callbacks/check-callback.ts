import type { CallbackRequest } from '../../domain/delivery.ts';
import { createAddressGuard } from './address-guard.ts';
import { checkCallerHeaders } from './callback-headers.ts';
import { checkUrl } from './check-url.ts';

interface CallbackFault {
  /** RFC 6901, relative to the callback. */
  readonly pointer: string;
  readonly detail: string;
}

/** Creates the check of a callback by its text alone, for the answer to the request that asks for it. */
export function createCheckCallback(allowCidrs: readonly string[]): (callback: CallbackRequest) => readonly CallbackFault[] {
  const guard = createAddressGuard(allowCidrs);
  return ({ url, headers }) => {
    const checked = checkUrl(url, guard);
    return [
      ...(checked.ok ? [] : [{ pointer: '/url', detail: checked.reason }]),
      ...checkCallerHeaders(headers).map(({ name, reason }) => ({
        pointer: `/headers/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        detail: reason,
      })),
    ];
  };
}
