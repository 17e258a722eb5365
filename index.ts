export { defineConfig } from './domain/define-config.ts';
export type { Config } from './domain/define-config.ts';
export { defineEvent } from './domain/define-event.ts';
export type { DefinedEvent, EventDefinition, HandlerContext, HandlerLog, Limit } from './domain/define-event.ts';
export { defineSubject } from './domain/define-subject.ts';
export type { AppliedEvent, SubjectBirth, SubjectDefinition, SubjectOptions } from './domain/define-subject.ts';
export type { HandledEvent } from './domain/handled-event.ts';
export { PermanentError, RetryLaterError } from './domain/handler-errors.ts';
// All of it, so that a project's `declare module 'tickless'` reaches `Services`.
export * from './domain/handler-services.ts';
export type { Tier } from './domain/tier.ts';
