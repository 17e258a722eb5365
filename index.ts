export { createBus } from './bus/create-bus.ts';
export { BusError } from './bus/bus-error.ts';
export type {
  BatchOptions,
  Bus,
  BusHandler,
  BusOptions,
  EmitOptions,
  ErrorListener,
  Failure,
  HandlerResult,
  ListenOptions,
  Off,
  OnFull,
  StreamOptions,
} from './bus/bus.ts';
export type { DurableService } from './bus/send-to-service.ts';
export { defineConfig } from './project/define-config.ts';
export type { Config } from './project/define-config.ts';
export type { Scope } from './config/api-keys.ts';
export type { Credentials, Plugin, PluginContext } from './api/plugin.ts';
export { parseDurationMs } from './config/durations.ts';
export { DEFAULT_TENANT } from './domain/event-id.ts';
export type { CallbackBody, CallbackFormats, FormattedMessage, WriteFormat } from './domain/callback-format.ts';
export type { CallbackResource } from './domain/callback-message.ts';
export type { CallbackFormat } from './domain/delivery.ts';
export type { CloudEventContext } from './domain/cloud-event.ts';
export { defineEvent } from './domain/define-event.ts';
export type { CancelContext, DefinedEvent, EventDefinition, HandlerContext, HandlerLog, RawEnvelope } from './domain/define-event.ts';
export { defineSubject } from './domain/define-subject.ts';
export type { AppliedEvent, SubjectBirth, SubjectDefinition, SubjectOptions } from './domain/define-subject.ts';
export type { Progress } from './domain/event-run.ts';
export type { HandledEvent } from './domain/handled-event.ts';
export { PermanentError, RetryLaterError } from './domain/handler-errors.ts';
// All of it, so that a project's `declare module 'tickless'` reaches `Services`.
export * from './domain/handler-services.ts';
export type { Limit } from './domain/limit.ts';
export type { Middleware } from './domain/middleware.ts';
export { on } from './domain/on.ts';
export type { HandlerDefinition, HandlerOptions } from './domain/on.ts';
export type { RetryPolicy } from './domain/retry-policy.ts';
export type { Tick } from './domain/tick.ts';
export type { Tier } from './domain/tier.ts';
