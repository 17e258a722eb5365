export { createClient } from './client/create-typed-client.ts';
export type { Client, ClientOptions } from './client/create-typed-client.ts';
export type { DataOf, Events, ReplaySentOptions, ResultsOf, SendOptions, SentEvent, TypeOf } from './client/typed-events.ts';
export type {
  BulkCount,
  BulkOptions,
  BulkReceipt,
  DeadLetters,
  DryRun,
  RealRun,
  RedeliverDestinationOptions,
  ReplayDeadLettersOptions,
} from './client/bulk-types.ts';
export type { DeadLetterResource } from './domain/dead-letter-resource.ts';
export type { PatchOperation, ReplayedAnswer } from './client/event-request.ts';
export { TicklessError } from './client/tickless-error.ts';
