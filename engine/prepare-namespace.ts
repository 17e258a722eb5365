import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { Logger } from '../config/logger.ts';
import { dataDamaged, tellsOfDamage } from './data-damaged.ts';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { GRPC_STATUS, grpcStatusOf } from './grpc-status.ts';
import { prepareSearchAttributes } from './prepare-search-attributes.ts';

export interface NamespaceOptions {
  /** A `Connection` or a `NativeConnection`; it stays open. */
  readonly connection: ConnectionLike;
  readonly namespace: string;
  /** Set on an embedded engine only: an external one has its own owner. */
  readonly retentionMs: number;
  readonly kind: Engine['kind'];
  /** Of an embedded engine. */
  readonly dataDirectory?: string;
  readonly logger: Logger;
  /** How long an engine may need until it knows the namespace: a new one is visible after up to 2 s. */
  readonly timeoutMs?: number;
}

const REQUEST_TIMEOUT_MS = 2_000;
const TRY_EVERY_MS = 200;

/**
 * Makes the namespace ready for our workflows: it exists, has our search attributes, and (embedded) keeps closed
 * workflows as long as configured, since the development server's 24 h would forget a long batch before its end.
 * @throws EngineError `data_damaged`, `namespace_not_found`, `engine_unreachable` or `search_attribute_type`
 */
export async function prepareNamespace(options: NamespaceOptions): Promise<void> {
  const presentRetentionMs = await findRetention(options);
  await prepareSearchAttributes(options);
  if (options.kind === 'embedded' && presentRetentionMs !== options.retentionMs) await setRetention(options);
}

async function findRetention(options: NamespaceOptions): Promise<number | undefined> {
  const { connection, namespace, timeoutMs = 10_000 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const description = await connection.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return optionalTsToMs(description.config?.workflowExecutionRetentionTtl);
    } catch (error) {
      const status = grpcStatusOf(error);
      const isHopeless = status === GRPC_STATUS.permissionDenied || status === GRPC_STATUS.unauthenticated;
      if (isHopeless || performance.now() > deadline || isDamaged(error)) throw toEngineError(error, options);
    }
    await pause(TRY_EVERY_MS);
  }
}

async function setRetention({ connection, namespace, retentionMs }: NamespaceOptions): Promise<void> {
  await connection.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, () =>
    connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: msToTs(retentionMs) } }),
  );
}

function isDamaged(error: unknown): boolean {
  return error instanceof Error && tellsOfDamage(error.message);
}

function toEngineError(cause: unknown, { namespace, dataDirectory }: NamespaceOptions): EngineError {
  if (dataDirectory !== undefined && cause instanceof Error && isDamaged(cause))
    return dataDamaged(dataDirectory, cause.message, { cause });
  if (grpcStatusOf(cause) === GRPC_STATUS.notFound) {
    const message =
      `The engine has no namespace "${namespace}". Create it ` +
      `("temporal operator namespace create -n ${namespace} --retention 168h"), or set TEMPORAL_NAMESPACE to another.`;
    return new EngineError('namespace_not_found', message, { cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError('engine_unreachable', `The engine does not describe its namespace "${namespace}": ${reason}`, { cause });
}
