import { useState } from 'react';
import type { ReactNode } from 'react';
import { hasEnded } from '../../../domain/event-resource.ts';
import type { EventResource } from '../../../domain/event-resource.ts';
import { ActionButton } from '../../elements/action-button.tsx';
import { CopyButton } from '../../elements/copy-button.tsx';
import { client } from '../../service/client.ts';
import { ReplayDialog } from './replay-dialog.tsx';
import { toTest } from './to-test.ts';

/** What can be done with an event as it stands; what the service would refuse in any case isn't offered. */
export function EventActions({ event }: { readonly event: EventResource }): ReactNode {
  const [isReplaying, setReplaying] = useState(false);
  const { id, status, version, batchId, callback, workflow } = event;
  const isOver = hasEnded(event);
  const canReplay = (status === 'failed' || status === 'cancelled') && batchId === null && version === null;
  return (
    <div className="actions">
      {!isOver && (
        <ActionButton isDangerous act={() => client.events.cancel(id)} done="It will end as cancelled.">
          Cancel
        </ActionButton>
      )}
      {canReplay && (
        <button type="button" onClick={() => setReplaying(true)}>
          Run again…
        </button>
      )}
      {isOver && callback.url !== null && (
        <ActionButton act={() => client.events.redeliver(id)} done="The callback will be sent again.">
          Send the callback again
        </ActionButton>
      )}
      <CopyButton text={toTest(event)} what="a test with this event’s data" label="Copy as a test" />
      {workflow.url !== null && (
        <a href={workflow.url} target="_blank" rel="noreferrer">
          In Temporal’s UI
        </a>
      )}
      {isReplaying && <ReplayDialog event={event} onClose={() => setReplaying(false)} />}
    </div>
  );
}
