import { inspect } from 'node:util';
import type { KeptProgress, RunState } from '../../domain/event-run.ts';
import type { Told } from '../advance-port.ts';
import { toPlainFields } from '../plain-fields.ts';

export interface Outbox {
  tell(told: Told): void;
  /** Sends what is left of one that is over: nothing of where its runs stand, since its outcome says that. */
  end(): void;
}

export interface OutboxOptions {
  /** Everything is sent at once. */
  readonly isAlone: boolean;
  readonly send: (told: readonly Told[]) => void;
  /** The other side doesn't keep up. */
  readonly isBehind: () => boolean;
}

// Nobody sees the difference, and most of what is quick is over by then.
const SEND_AFTER_MS = 10;
const MAX_LINES = 500;
const MAX_MESSAGE_CHARACTERS = 4_000;
const MAX_FIELDS_CHARACTERS = 16_000;

/**
 * Gathers what is told of something due: of each run only the latest state and progress, and of log lines no more than the
 * other side takes. What a handler says so never fills the memory of its process, nor that of the service.
 */
export function createOutbox({ isAlone, send, isBehind }: OutboxOptions): Outbox {
  const states = new Map<number, RunState>();
  const progress = new Map<number, KeptProgress | null>();
  let lines: Told[] = [];
  let leftOut = 0;
  let timer: NodeJS.Timeout | undefined;

  function take(): readonly Told[] {
    const told: Told[] = [
      ...[...states].map(([index, state]): Told => ({ kind: 'run', index, state })),
      ...[...progress].map(([index, latest]): Told => ({ kind: 'progress', index, progress: latest })),
      ...lines,
    ];
    if (leftOut > 0) {
      const message = `${leftOut} log lines were left out: there were too many at once`;
      told.push({ kind: 'log', index: 0, level: 'warn', message, fields: undefined });
    }
    states.clear();
    progress.clear();
    lines = [];
    leftOut = 0;
    return told;
  }

  function flush(): void {
    timer = undefined;
    if (isBehind()) return later();
    const told = take();
    if (told.length > 0) send(told);
  }

  function later(): void {
    timer ??= setTimeout(flush, SEND_AFTER_MS);
  }

  return {
    tell(told) {
      if (told.kind === 'run') {
        states.set(told.index, told.state);
        // The state has its progress, which may be another stage's by now.
        progress.delete(told.index);
      } else if (told.kind === 'progress') progress.set(told.index, told.progress);
      else if (lines.length < MAX_LINES) lines.push(told.kind === 'log' ? bounded(told) : told);
      else leftOut += 1;
      if (isAlone) flush();
      else later();
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
      states.clear();
      const told = take();
      if (told.length > 0) send(told);
    },
  };
}

function bounded(line: Extract<Told, { kind: 'log' }>): Told {
  const given: unknown = line.message;
  const message = (typeof given === 'string' ? given : inspect(given, { depth: 1 })).slice(0, MAX_MESSAGE_CHARACTERS);
  return { ...line, message, fields: boundedFields(line.fields) };
}

function boundedFields(given: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, unknown>> | undefined {
  if (given === undefined) return undefined;
  try {
    const fields = toPlainFields(given);
    const json = JSON.stringify(fields, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    if (json.length <= MAX_FIELDS_CHARACTERS) return JSON.parse(json) as Record<string, unknown>;
    return { leftOut: `${json.length} characters of fields` };
  } catch {
    return { leftOut: 'fields that are not JSON' };
  }
}
