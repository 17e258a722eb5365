import { expect, it } from 'vitest';
import { initialCallback } from '../../../domain/callback-record.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import { acceptRun } from '../../../domain/event-run.ts';
import { toEventSummary } from '../../../domain/event-summary.ts';
import { acceptedEvent } from './event-samples.ts';

const workflow = { id: 'order-1', runId: 'run' };

it('leaves out what may be large', () => {
  const resource = toEventResource(acceptRun(acceptedEvent()), initialCallback(null), workflow);
  const { data: _data, result: _result, progress: _progress, callback: _callback, ...others } = resource;

  expect(toEventSummary(resource)).toEqual({ ...others, callback: { status: 'none', url: null } });
});

it('does not know what has become of a callback that was asked for', () => {
  const resource = toEventResource(acceptRun(acceptedEvent()), initialCallback('https://example.org/hook'), workflow);

  expect(toEventSummary(resource).callback).toEqual({ status: 'unknown', url: 'https://example.org/hook' });
});
