import type { Metrics } from './metrics.ts';

/** What Prometheus scrapes. */
export async function answerMetrics({ registry }: Metrics): Promise<Response> {
  return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
}
