import type { EventDefinition } from '../domain/define-event.ts';
import type { FollowUpOptions } from '../domain/follow-up.ts';
import { PermanentError } from '../domain/handler-errors.ts';
import { ON_CANCEL } from '../domain/stage.ts';
import type { AcceptFollowUps } from './accept-follow-ups.ts';
import type { Emitted, OpenEmitter } from './emitter.ts';
import { typeName } from './emitter.ts';

/** Opens emitters that keep copies of what is emitted, and have them accepted as events. */
export function createOpenEmitter(acceptFollowUps: AcceptFollowUps): OpenEmitter {
  return ({ event: cause, emitted: before = [], followUps = [] }, stageKey) => {
    const emitted: Emitted[] = [];
    let isClosed = false;

    return {
      emit(event: EventDefinition | string, data: unknown, options: FollowUpOptions = {}): void {
        if (isClosed) throw new Error(`"${typeName(event)}" was emitted by an attempt that has ended: it is not started`);
        // What it gives is recorded nowhere, and so is what would follow from it.
        if (cause.plan.stages.includes(ON_CANCEL)) throw new Error('onCancel emits nothing');
        // Copied at once, since its handler may go on to change it.
        emitted.push({ event, data: copyOf(event, data), options });
      },

      async accept(isShared) {
        isClosed = true;
        // Of a replay that is to cause nothing again.
        if (emitted.length === 0 || cause.replay?.emits === 'skip') return {};
        const added = await acceptFollowUps(emitted, { cause, stageKey, isShared, before });
        return { emitted: [...before, ...added], followUps: [...followUps, ...added.map(({ id, type }) => ({ id, type }))] };
      },
    };
  };
}

/** @throws PermanentError for what isn't JSON */
function copyOf(event: EventDefinition | string, data: unknown): unknown {
  if (data === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(data));
  } catch (error) {
    throw new PermanentError('invalid_event', `the data of an emitted "${typeName(event)}" is not JSON`, { cause: error });
  }
}
