import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { GRPC_STATUS, grpcStatusOf } from '../../engine/grpc-status.ts';
import { CALL_TIMEOUT_MS } from './call-timeout.ts';
import type { NamespaceState } from './check-namespace.ts';

export async function readNamespace(client: Client): Promise<Omit<NamespaceState, 'longestCallbackMs'>> {
  const { namespace } = client.options;
  try {
    const { config } = await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
      client.workflowService.describeNamespace({ namespace }),
    );
    return { namespace, isFound: true, retentionMs: optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? null };
  } catch (error) {
    if (grpcStatusOf(error) === GRPC_STATUS.notFound) return { namespace, isFound: false, retentionMs: null };
    throw error;
  }
}
