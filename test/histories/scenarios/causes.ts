import type { Client } from '@temporalio/client';
import { discardCause, noteCauses, tellFailures } from '../../../temporal/causes.ts';
import { causesWorkflowId } from '../../../temporal/durable/workflow-ids.ts';
import type { Recorder } from '../recorder.ts';

/** Causes that were found, failures that were told twice, and a discard. It goes on. */
export async function recordCauses({ saveOpen }: Recorder, client: Client): Promise<void> {
  const cause = { type: 'order', stage: 'action', code: 'gone', message: 'no more' };
  const found = { ...cause, kind: 'event', key: { cause: 'order:action:gone~00' }, firstAtMs: 1, example: 'e-1' } as const;
  await noteCauses(client, 'told', { found: { '00': found }, seenUntilMs: 5, gone: [] });
  const failure = { ...cause, digest: '01', id: 'e-2', atMs: 2 };
  for (const failures of [[failure], [failure]]) await tellFailures(client, 'told', failures);
  await discardCause(client, 'told', '00');
  await saveOpen('keep-causes', causesWorkflowId('told'));
}
