export { createClient } from './client/create-typed-client.ts';
export type { Client, ClientOptions } from './client/create-typed-client.ts';
export type { DataOf, Events, ReplaySentOptions, ResultsOf, SendOptions, SentEvent, TypeOf } from './client/typed-events.ts';
export type { PatchOperation, ReplayedAnswer } from './client/event-request.ts';
export { TicklessError } from './client/tickless-error.ts';
