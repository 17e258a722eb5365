import type { Client } from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeMapFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';

/** Whose payloads they are: a codec may have a key for each workflow. */
export interface Owner {
  readonly workflowId: string;
  /** Of a workflow's activity: what that has left, or tells of itself. */
  readonly activity?: { readonly isLocal: boolean };
}

type Payloads = temporal.api.common.v1.IPayloads;
type Failure = temporal.api.failure.v1.IFailure;

/** The first of some payloads, decoded as this client decodes what it reads by itself: by its codecs, then by its converter. */
export async function decodeFirst(client: Client, owner: Owner, payloads: Payloads | null | undefined): Promise<unknown> {
  const [first] = await decodeArrayFromPayloads(
    client.options.loadedDataConverter,
    payloads?.payloads?.slice(0, 1),
    contextOf(client, owner),
  );
  return first;
}

/** What a workflow's memo holds, by its keys. */
export async function decodeMemo(
  client: Client,
  owner: Owner,
  memo: temporal.api.common.v1.IMemo | null,
): Promise<Readonly<Record<string, unknown>>> {
  return (await decodeMapFromPayloads(client.options.loadedDataConverter, memo?.fields ?? {}, contextOf(client, owner))) ?? {};
}

/** A failure as the error that it was, with its details and its causes. */
export async function decodeFailure(client: Client, owner: Owner, failure: Failure | null | undefined): Promise<Error> {
  const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure, contextOf(client, owner));
  return error ?? new Error('there is nothing on record of the failure');
}

function contextOf(client: Client, { workflowId, activity }: Owner) {
  const { namespace } = client.options;
  return activity === undefined
    ? ({ type: 'workflow', namespace, workflowId } as const)
    : ({ type: 'activity', namespace, workflowId, isLocal: activity.isLocal } as const);
}
