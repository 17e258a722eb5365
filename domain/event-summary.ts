import { initialCallback } from './callback-record.ts';
import { toEventResource } from './event-resource.ts';
import type { EventResource, HandlerResource, WorkflowReference } from './event-resource.ts';
import type { EventRun } from './event-run.ts';

/** An event as lists and streams of many show it: without what may be large. */
export interface EventSummary extends Omit<EventResource, 'data' | 'result' | 'progress' | 'handlers' | 'callback' | 'timeline'> {
  readonly handlers: Readonly<Record<string, HandlerSummary>>;
  readonly callback: Pick<EventResource['callback'], 'url'> & { readonly status: EventResource['callback']['status'] | 'unknown' };
}

export type HandlerSummary = Omit<HandlerResource, 'result'>;

/** What has become of its callback is read by the event's id: it may be on its way, and its delivery alone knows. */
export function toEventSummary({
  data: _data,
  result: _result,
  progress: _progress,
  handlers,
  callback,
  timeline: _timeline,
  ...shown
}: EventResource): EventSummary {
  const { status, url } = callback;
  return { ...shown, handlers: withoutResults(handlers), callback: { status: status === 'none' ? 'none' : 'unknown', url } };
}

function withoutResults(handlers: EventResource['handlers']): EventSummary['handlers'] {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, { status, attempts, error }]): [string, HandlerSummary] => [name, { status, attempts, error }]),
  );
}

/** The same of a run as it stands. */
export function summaryOf(run: EventRun, workflow: WorkflowReference): EventSummary {
  return toEventSummary(toEventResource(run, initialCallback(run.event.callback?.url ?? null), workflow));
}
