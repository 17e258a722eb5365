export { createClient } from './client/create-typed-client.ts';
export type { Client, ClientOptions } from './client/create-typed-client.ts';
export type { DataOf, Events, ResultsOf, SendOptions, SentEvent, TypeOf } from './client/typed-events.ts';
export { TicklessError } from './client/tickless-error.ts';
