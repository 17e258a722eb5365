import { inject } from 'vitest';
import { testEngine } from './test-engine.ts';
import { startInProcessService } from './in-process-service.ts';
import type { InProcessServiceOptions, TestService } from './in-process-service.ts';

export { WEBHOOK_SECRET } from './in-process-service.ts';
export type { TestService } from './in-process-service.ts';

/** The whole service in this process, on the engine that all integration tests share. */
export function startTestService(
  variables: Readonly<Record<string, string>> = {},
  options: Pick<
    InProcessServiceOptions,
    'attemptTimeoutMs' | 'fetchTimeoutMs' | 'skewMs' | 'hosts' | 'beforeAdvance' | 'lookEveryMs' | 'logger'
  > = {},
): Promise<TestService> {
  return startInProcessService({
    engine: testEngine(),
    workflowBundle: { codePath: inject('workflowBundlePath') },
    variables,
    ...options,
  });
}
