import type { ReactNode } from 'react';
import type { BatchResource } from '../../../domain/batch-resource.ts';
import { ActionButton } from '../../elements/action-button.tsx';
import { client } from '../../service/client.ts';

/** What can be done with a batch as it stands. */
export function BatchActions({ batch: { id, status, counts } }: { readonly batch: BatchResource }): ReactNode {
  const isOpen = status === 'running' || status === 'paused';
  return (
    <div className="actions">
      {status === 'running' && (
        <ActionButton act={() => client.batches.pause(id)} done="The batch rests: what runs is finished, nothing else begins.">
          Pause
        </ActionButton>
      )}
      {status === 'paused' && (
        <ActionButton act={() => client.batches.resume(id)} done="The batch goes on.">
          Resume
        </ActionButton>
      )}
      {counts.failed > 0 && (
        <ActionButton act={() => client.batches.retryFailed(id)} done="What has failed runs again.">
          Run the failed ones again
        </ActionButton>
      )}
      {isOpen && (
        <ActionButton isDangerous act={() => client.batches.cancel(id)} done="The batch will end as cancelled.">
          Cancel
        </ActionButton>
      )}
    </div>
  );
}
