import { InternalWorkflowStartOptionsSymbol } from '@temporalio/client/lib/internal.js';

/**
 * An option of a start that names its request. Where a workflow's newest run was started by the same request, the engine begins no other
 * one and answers with that, whether it has ended by then or not. The SDK has it for its own use, and makes up a name otherwise.
 */
export function requestedAs(requestId: string): object {
  return { [InternalWorkflowStartOptionsSymbol]: { requestId } };
}
