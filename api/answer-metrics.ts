import type { Metrics } from './metrics.ts';

/** What Prometheus scrapes. */
export async function answerMetrics({ registry, text }: Metrics): Promise<Response> {
  return new Response(await text(), { headers: { 'content-type': registry.contentType } });
}
