import type { TestService } from './in-process-service.ts';

/** Submits a light event that calls back; its id. */
export async function submitNoise({ app }: Pick<TestService, 'app'>, callbackUrl: string): Promise<string> {
  const response = await app.request('/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'noise', data: { intensity: 0.3 }, callback: { url: callbackUrl } }),
  });
  return ((await response.json()) as { readonly id: string }).id;
}
