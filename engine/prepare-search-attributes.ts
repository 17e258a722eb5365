import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import type { Logger } from '../config/logger.ts';
import { EngineError } from './engine-error.ts';
import { GRPC_STATUS, grpcStatusOf } from './grpc-status.ts';
import { SEARCH_ATTRIBUTES } from '../temporal/durable/names.ts';
import type { SearchAttribute } from '../temporal/durable/names.ts';

interface SearchAttributeOptions {
  readonly connection: ConnectionLike;
  readonly namespace: string;
  readonly logger: Logger;
}

/** `INDEXED_VALUE_TYPE_KEYWORD` of the Temporal API. */
const KEYWORD = 2;
const REQUEST_TIMEOUT_MS = 5_000;
/** A server reads its namespaces anew every 2 s or so, its search attributes every 60 s. */
const VISIBLE_WITHIN_MS = 65_000;

/**
 * Adds the search attributes that are missing and waits until the server takes them. Where that isn't ours to do
 * (Temporal Cloud, a role without the right), a warning says what to run instead.
 * @throws EngineError `search_attribute_type` if one exists with another type
 */
export async function prepareSearchAttributes(options: SearchAttributeOptions): Promise<void> {
  try {
    const missing = await findMissing(options);
    if (missing.length === 0) return;
    await add(options, missing);
    await waitUntilVisible(options, missing);
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
    options.logger.warn({ err: error }, `the search attributes can't be checked or added; ${advice(options.namespace)}`);
  }
}

async function findMissing({ connection, namespace }: SearchAttributeOptions): Promise<readonly SearchAttribute[]> {
  const { customAttributes } = await within(connection, () => connection.operatorService.listSearchAttributes({ namespace }));
  const wrong = SEARCH_ATTRIBUTES.find((name) => (customAttributes[name] ?? KEYWORD) !== KEYWORD);
  if (wrong !== undefined) {
    const message = `The search attribute "${wrong}" of namespace "${namespace}" exists with another type than Keyword. Use another namespace.`;
    throw new EngineError('search_attribute_type', message);
  }
  return SEARCH_ATTRIBUTES.filter((name) => customAttributes[name] === undefined);
}

async function add({ connection, namespace }: SearchAttributeOptions, names: readonly SearchAttribute[]): Promise<void> {
  const searchAttributes = Object.fromEntries(names.map((name) => [name, KEYWORD]));
  try {
    await within(connection, () => connection.operatorService.addSearchAttributes({ namespace, searchAttributes }));
  } catch (error) {
    // Another service that started at the same moment has added them.
    if (grpcStatusOf(error) !== GRPC_STATUS.alreadyExists) throw error;
  }
}

async function waitUntilVisible(options: SearchAttributeOptions, names: readonly SearchAttribute[]): Promise<void> {
  const { connection, namespace, logger } = options;
  const query = names.map((name) => `${name} = ''`).join(' OR ');
  const deadline = performance.now() + VISIBLE_WITHIN_MS;
  while (performance.now() < deadline) {
    try {
      await within(connection, () => connection.workflowService.countWorkflowExecutions({ namespace, query }));
      return;
    } catch (error) {
      if (grpcStatusOf(error) !== GRPC_STATUS.invalidArgument) throw error;
    }
    await pause(100);
  }
  logger.warn({ namespace, names }, 'the search attributes were added, but the engine does not take them yet');
}

async function within<T>(connection: ConnectionLike, request: () => Promise<T>): Promise<T> {
  return await connection.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, request);
}

function isNotAllowed(error: unknown): boolean {
  const status = grpcStatusOf(error);
  return status === GRPC_STATUS.permissionDenied || status === GRPC_STATUS.unauthenticated || status === GRPC_STATUS.unimplemented;
}

function advice(namespace: string): string {
  const names = SEARCH_ATTRIBUTES.map((name) => `--name ${name} --type Keyword`).join(' ');
  return `if they are missing, add them: temporal operator search-attribute create --namespace ${namespace} ${names}`;
}
