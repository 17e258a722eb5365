import { isGrpcServiceError } from '@temporalio/client';

/** What an error says, without a full stop. */
export function reasonOf(error: unknown): string {
  return textOf(error).replace(/\.$/, '');
}

function textOf(error: unknown): string {
  if (isGrpcServiceError(error)) return error.details.replace(/\.? Resolution note:.*$/, '');
  // Node's, for a name with several addresses, says nothing itself.
  if (error instanceof AggregateError && error.message === '') return [...new Set(error.errors.map(textOf))].join(', ');
  return error instanceof Error ? error.message || error.name : String(error);
}
