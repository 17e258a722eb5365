import type { Environment } from '../config/environment.ts';
import type { CallbackRequest } from '../domain/delivery.ts';

/**
 * Where alerts are sent; null where that isn't set.
 * @throws Error that says why a callback to it would be refused
 */
export function alertUrl(
  { ALERT_URL: url }: Pick<Environment, 'ALERT_URL'>,
  checkCallback: (callback: CallbackRequest) => readonly { readonly detail: string }[],
): string | null {
  if (url === undefined) return null;
  const [fault] = checkCallback({ url, headers: {}, progress: false });
  // Its path may be a secret.
  if (fault !== undefined) throw new Error(`ALERT_URL: ${fault.detail}`);
  return url;
}
