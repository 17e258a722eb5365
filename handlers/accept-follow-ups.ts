import { createHash } from 'node:crypto';
import { acceptEvent, faultsOfSaid } from '../domain/accept-event.ts';
import type { AcceptSettings } from '../domain/accept-event.ts';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { unknownTypeDetail } from '../domain/nearest-type.ts';
import type { Catalog } from '../domain/catalog.ts';
import { keyedEventId } from '../domain/event-id.ts';
import type { Fault } from '../domain/fault.ts';
import { chainThrough } from '../domain/follow-up-chain.ts';
import { faultsOfOptions, followUpName, MAX_FOLLOW_UPS } from '../domain/follow-up.ts';
import { PermanentError } from '../domain/handler-errors.ts';
import type { Answer } from './answer.ts';
import { typeName } from './emitter.ts';
import type { Emitted } from './emitter.ts';
import { utf8Bytes } from './utf8-bytes.ts';

export interface AcceptFollowUpsDependencies {
  readonly catalog: Catalog;
  readonly answer: Answer;
  readonly settings: AcceptSettings;
  readonly now: () => number;
}

/** The stage that has emitted them. */
export interface EmittingStage {
  /** Its event. */
  readonly cause: AcceptedEvent;
  /** Its run shares a history with others, or may. */
  readonly isShared: boolean;
  /** What earlier stages have emitted that is recorded together with it. */
  readonly before: readonly AcceptedEvent[];
  /** The same on every attempt of it in this run of the event, and no other stage's. */
  readonly stageKey: string;
}

/**
 * Makes events of what a stage has emitted.
 * @throws PermanentError `invalid_event`, `unknown_type`, `cycle` or `result_too_large`; what functions of their types throw
 */
export type AcceptFollowUps = (emitted: readonly Emitted[], stage: EmittingStage) => Promise<readonly AcceptedEvent[]>;

// Messages are kept, and have a thousand characters.
const FAULTS_SHOWN = 5;

/** Accepts them as events that are submitted are accepted: by the same answer of their types, and the same rules. */
export function createAcceptFollowUps({ catalog, answer, settings, now }: AcceptFollowUpsDependencies): AcceptFollowUps {
  return async function acceptFollowUps(emitted, { cause, stageKey, isShared, before }) {
    const chain = chainThrough(cause.type, cause.chain);
    if (emitted.length > MAX_FOLLOW_UPS.events) {
      throw tooLarge(`the stage has emitted ${emitted.length} events, at most ${MAX_FOLLOW_UPS.events} are taken`);
    }
    const accepted = withoutRepeated(await Promise.all(emitted.map((one, index) => accept(one, index))));
    const bytes = utf8Bytes(JSON.stringify(isShared ? [...before, ...accepted] : accepted));
    const most = isShared ? MAX_FOLLOW_UPS.sharedBytes : MAX_FOLLOW_UPS.bytes;
    if (bytes > most) throw tooLarge(`the emitted events have ${bytes} bytes, at most ${most} are kept`);
    return accepted;

    async function accept({ event, data: given, options }: Emitted, index: number): Promise<AcceptedEvent> {
      const type = typeName(event);
      const name = `the emitted event ${index + 1}, a "${type}"`;
      const definition = catalog.find(type);
      if (definition === undefined) throw new PermanentError('unknown_type', `${name}: ${unknownTypeDetail(catalog, type)}`);
      refuse(name, faultsOfOptions(options));
      const { id: ownId = null, delayMs = 0, subject } = options;
      const { tenant } = cause;
      const key = keyedEventId(digest(followUpName(stageKey, ownId ?? index)));
      const said = { type, key, ownId, tenant, handedOn: { subject }, acceptedAtMs: now(), delayMs, callback: null };
      const envelope = { type, ...(given !== undefined && { data: given }), ...(subject !== undefined && { subject }) };
      const answered = await answer({ kind: 'accept', type, envelope, tenant });
      const faults = faultsOfSaid(definition, said);
      if (!answered.ok) throw invalid(name, [...faults, ...answered.faults]);
      refuse(name, faults);
      // Of what a schema makes of it JSON is kept, as its workflow gets to see.
      const data: unknown = JSON.parse(JSON.stringify(answered.data));
      const made = await acceptEvent(definition, { ...answered, data }, said, {
        settings,
        handlers: catalog.handlersOf(type),
        ask: answer,
      });
      if (!made.ok) throw invalid(name, made.faults);
      // Of what a handler has emitted, the event that it was called for is the cause.
      return { ...made.event, causedBy: cause.handlerOf?.id ?? cause.id, chain };
    }
  };
}

/**
 * Each id once: what is emitted again under it is the same event.
 * @throws PermanentError where it has another content
 */
function withoutRepeated(events: readonly AcceptedEvent[]): readonly AcceptedEvent[] {
  const byId = new Map<string, AcceptedEvent>();
  for (const event of events) {
    const first = byId.get(event.id) ?? event;
    byId.set(event.id, first);
    if (contentOf(first) !== contentOf(event)) {
      throw new PermanentError('invalid_event', `two events were emitted as "${event.ownId}", with other contents`);
    }
  }
  return [...byId.values()];
}

function contentOf({ type, subject, data, delayMs }: AcceptedEvent): string {
  return canonicalJson([type, subject, data, delayMs]);
}

function digest(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}

function refuse(name: string, faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalid(name, faults);
}

function invalid(name: string, faults: readonly Fault[]): PermanentError {
  const shown = faults.slice(0, FAULTS_SHOWN).map(({ pointer, detail }) => `${pointer} ${detail}`);
  const more = faults.length > shown.length ? ` (and ${faults.length - shown.length} more)` : '';
  return new PermanentError('invalid_event', `${name}: ${shown.join('; ')}${more}`);
}

function tooLarge(message: string): PermanentError {
  return new PermanentError('result_too_large', message);
}
