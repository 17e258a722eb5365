export { createTestBus } from './testing/create-test-bus.ts';
export type { TestBus, TestBusOptions, TestRun, TestRunOptions } from './testing/create-test-bus.ts';
