import type { EventResource } from './event-resource.ts';

/** An event as streams of many show it: without what may be large. */
export interface EventSummary extends Omit<EventResource, 'data' | 'result' | 'progress' | 'callback'> {
  readonly callback: Pick<EventResource['callback'], 'url'> & { readonly status: EventResource['callback']['status'] | 'unknown' };
}

/** Its callback is on its way, and what becomes of it is read by the event's id. */
export function toEventSummary({ data: _data, result: _result, progress: _progress, callback, ...shown }: EventResource): EventSummary {
  const { status, url } = callback;
  return { ...shown, callback: { status: status === 'none' ? 'none' : 'unknown', url } };
}
