import type { HandlerLog } from '../../domain/define-event.ts';
import type { Question } from '../../domain/question.ts';
import type { Advanced, Due, Told } from '../advance-port.ts';
import type { Stopped } from '../stopped.ts';

/** What a service says to a host, a process in which handlers run. All of it is JSON. */
export type ToHost =
  /** The first message: what its composition needs of the service's settings. */
  | { readonly kind: 'begin'; readonly settings: unknown }
  /** @param isAlone everything is told at once: should the process end, it is known how far it was */
  | { readonly kind: 'advance'; readonly id: number; readonly due: Due; readonly isAlone: boolean }
  | { readonly kind: 'stop'; readonly id: number; readonly reason: Stopped['reason'] }
  | { readonly kind: 'ask'; readonly id: number; readonly questions: readonly Question[] };

/** What a host says. `id` is that of what is due. */
export type FromHost =
  | { readonly kind: 'ready' }
  /** Its event loop goes round. Said while anything is in flight. */
  | { readonly kind: 'beat' }
  | { readonly kind: 'told'; readonly id: number; readonly told: readonly Told[] }
  | { readonly kind: 'advanced'; readonly id: number; readonly advanced: Advanced }
  | { readonly kind: 'thrown'; readonly id: number; readonly error: ThrownError }
  | { readonly kind: 'answered'; readonly id: number; readonly replies: readonly Reply[] }
  /** Of something that belongs to nothing that is in flight. */
  | {
      readonly kind: 'log';
      readonly level: keyof HandlerLog;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

/** What `advance` has thrown in a host. */
export type ThrownError =
  | { readonly kind: 'stopped'; readonly reason: Stopped['reason'] }
  | { readonly kind: 'unknown-type'; readonly type: string }
  | { readonly kind: 'other'; readonly name: string; readonly message: string; readonly stack: string };

/** What is wrong, for whoever has asked; `detail` is for the log alone, as it may hold anything. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string; readonly detail: string };
