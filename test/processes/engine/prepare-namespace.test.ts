import type { ConnectionLike } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../../config/logger.ts';
import { prepareNamespace } from '../../../engine/prepare-namespace.ts';
import { SEARCH_ATTRIBUTES } from '../../../temporal/durable/names.ts';

const KEYWORD = 2;
const TEXT = 1;
const DAY_MS = 86_400_000;
const ALL = Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD]));

describe('prepareNamespace', () => {
  it('has nothing to do when all is there', async () => {
    const service = createService({ attributes: ALL, retentionMs: DAY_MS });
    await prepareNamespace({ ...service.options, retentionMs: DAY_MS });
    expect(service.addSearchAttributes).not.toHaveBeenCalled();
    expect(service.updateNamespace).not.toHaveBeenCalled();
  });

  it('sets the retention of an embedded engine', async () => {
    const service = createService({ attributes: ALL, retentionMs: DAY_MS });
    await prepareNamespace({ ...service.options, retentionMs: 7 * DAY_MS });
    const config = { workflowExecutionRetentionTtl: msToTs(7 * DAY_MS) };
    expect(service.updateNamespace).toHaveBeenCalledExactlyOnceWith({ namespace: 'default', config });
  });

  it('leaves the retention of an external engine alone', async () => {
    const service = createService({ attributes: ALL, retentionMs: DAY_MS });
    await prepareNamespace({ ...service.options, kind: 'external', retentionMs: 7 * DAY_MS });
    expect(service.updateNamespace).not.toHaveBeenCalled();
  });

  it('adds the search attributes that are missing and waits until the engine takes them', async () => {
    const { Cause: _missing, ...others } = ALL;
    const service = createService({ attributes: others });
    service.countWorkflowExecutions.mockRejectedValueOnce(grpcError(3)).mockResolvedValue({});
    await prepareNamespace(service.options);
    expect(service.addSearchAttributes).toHaveBeenCalledExactlyOnceWith({ namespace: 'default', searchAttributes: { Cause: KEYWORD } });
    expect(service.countWorkflowExecutions).toHaveBeenCalledTimes(2);
    expect(service.countWorkflowExecutions).toHaveBeenCalledWith({ namespace: 'default', query: "Cause = ''" });
  });

  it('does not mind that another service has just added them', async () => {
    const service = createService({ attributes: {} });
    service.addSearchAttributes.mockRejectedValue(grpcError(6));
    await expect(prepareNamespace(service.options)).resolves.toBeUndefined();
  });

  it.each([7, 12, 16])('warns and goes on when they are not ours to add (status %i)', async (status) => {
    const service = createService({ attributes: {} });
    service.addSearchAttributes.mockRejectedValue(grpcError(status));
    await prepareNamespace(service.options);
    expect(service.warn).toHaveBeenCalledExactlyOnceWith(
      expect.anything(),
      expect.stringContaining('temporal operator search-attribute create --namespace default --name EventType --type Keyword'),
    );
  });

  it('refuses a namespace that has one of them with another type', async () => {
    const service = createService({ attributes: { ...ALL, Subject: TEXT } });
    await expect(prepareNamespace(service.options)).rejects.toMatchObject({
      code: 'search_attribute_type',
      message: expect.stringContaining('"Subject"'),
    });
  });

  it('passes on what it does not understand', async () => {
    const service = createService({ attributes: {} });
    service.addSearchAttributes.mockRejectedValue(grpcError(13));
    await expect(prepareNamespace(service.options)).rejects.toMatchObject({ code: 13 });
  });

  it('waits for a namespace that is just being created', async () => {
    const service = createService({ attributes: ALL });
    service.describeNamespace.mockRejectedValueOnce(grpcError(5));
    await prepareNamespace(service.options);
    expect(service.describeNamespace).toHaveBeenCalledTimes(2);
  });

  it('says how to create a namespace that is not there', async () => {
    const service = createService({ attributes: ALL });
    service.describeNamespace.mockRejectedValue(grpcError(5));
    await expect(prepareNamespace({ ...service.options, timeoutMs: 0 })).rejects.toMatchObject({
      code: 'namespace_not_found',
      message: expect.stringContaining('temporal operator namespace create -n default'),
    });
  });

  it('does not wait for permissions', async () => {
    const service = createService({ attributes: ALL });
    service.describeNamespace.mockRejectedValue(grpcError(7));
    await expect(prepareNamespace(service.options)).rejects.toMatchObject({ code: 'engine_unreachable' });
    expect(service.describeNamespace).toHaveBeenCalledTimes(1);
  });
});

interface ServiceState {
  readonly attributes: Readonly<Record<string, number>>;
  readonly retentionMs?: number;
}

/** The few calls of a Temporal server that are made; the integration test makes them on a real one. */
function createService({ attributes, retentionMs = DAY_MS }: ServiceState) {
  const describeNamespace = vi.fn(() => Promise.resolve({ config: { workflowExecutionRetentionTtl: msToTs(retentionMs) } }));
  const updateNamespace = vi.fn(() => Promise.resolve({}));
  const countWorkflowExecutions = vi.fn(() => Promise.resolve({}));
  const addSearchAttributes = vi.fn(() => Promise.resolve({}));
  const listSearchAttributes = vi.fn(() => Promise.resolve({ customAttributes: attributes }));
  const connection = {
    workflowService: { describeNamespace, updateNamespace, countWorkflowExecutions },
    operatorService: { addSearchAttributes, listSearchAttributes },
    withDeadline: (_deadline: number, request: () => Promise<unknown>) => request(),
  } as unknown as ConnectionLike;
  const logger = createLogger('silent');
  const warn = vi.spyOn(logger, 'warn');
  const options = { connection, namespace: 'default', retentionMs, kind: 'embedded', logger } as const;
  return { options, warn, describeNamespace, updateNamespace, countWorkflowExecutions, addSearchAttributes };
}

function grpcError(code: number): Error {
  return Object.assign(new Error(`status ${code}`), { code, details: '', metadata: {} });
}
