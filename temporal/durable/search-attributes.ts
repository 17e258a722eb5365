import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { toKeyword } from './keyword.ts';
import type { SearchAttribute, WorkflowKind } from './names.ts';

/** What a workflow is found by. */
export type Attributes = Readonly<Partial<Record<SearchAttribute, string>>> & { readonly Kind: WorkflowKind };

/** As a start takes them: all are keywords. */
export function toSearchAttributes(attributes: Attributes): TypedSearchAttributes {
  return new TypedSearchAttributes(
    Object.entries(attributes).map(([name, value]) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value: toKeyword(value) })),
  );
}
