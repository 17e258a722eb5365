import { eventTarget } from '../../domain/callback-message.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { toEventResource } from '../../domain/event-resource.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { progressIdentity } from '../../domain/message-identity.ts';
import { originOf } from './origins.ts';
import type { Origins } from './origins.ts';
import type { PostCallback } from './post-callback.ts';
import type { RenderBody } from './render-body.ts';
import { webhookId } from './webhook-id.ts';

/** Progress messages of one attempt of a stage. */
export interface ProgressMessages {
  tell(run: EventRun): void;
  /** Nothing is sent after it, and what was under way has ended, so that the terminal message comes last. */
  end(): Promise<void>;
}

export interface ProgressCallbacksOptions {
  readonly post: PostCallback;
  readonly renderBody: RenderBody;
  readonly origins: Pick<Origins, 'admit'>;
  readonly now: () => number;
}

export type BeginProgress = (run: EventRun, workflow: WorkflowReference) => ProgressMessages;

const EVERY_MS = 1_000;
const SILENT: ProgressMessages = { tell: () => undefined, end: async () => undefined };

/**
 * Creates what sends progress messages (`event.progress`) for heavy events that ask for them: at most one a second, each
 * tried once, none on record, and none to an origin that has trouble enough. The first comes a second after the attempt's
 * start, so that two attempts together keep the pace as well.
 */
export function createProgressCallbacks({ post, renderBody, origins, now }: ProgressCallbacksOptions): BeginProgress {
  return ({ event }, workflow) => {
    const { callback } = event;
    if (callback === null || !callback.progress || event.plan.weight !== 'heavy') return SILENT;
    const target = eventTarget(event, callback);
    const origin = originOf(callback.url);
    const ending = new AbortController();
    let latest: EventRun | null = null;
    let sending: Promise<void> = Promise.resolve();

    const send = async (run: EventRun): Promise<void> => {
      if (origins.admit(origin, 'progress') === 'skip') return;
      const atMs = now();
      const data = toEventResource(run, initialCallback(callback.url), workflow);
      const timestamp = new Date(atMs).toISOString();
      const id = webhookId(target, progressIdentity(target, atMs));
      const rendered = await renderBody({ target, message: { type: 'event.progress', timestamp, data }, webhookId: id });
      await post({ url: callback.url, headers: callback.headers, webhookId: id, ...rendered }, ending.signal);
    };
    let isSending = false;
    const tick = setInterval(() => {
      if (latest === null || isSending) return;
      isSending = true;
      sending = send(latest)
        // Best effort: the network's faults are values, and any other must not end the stage.
        .catch(() => undefined)
        .finally(() => {
          isSending = false;
        });
      latest = null;
    }, EVERY_MS);

    return {
      tell(run) {
        latest = run;
      },
      end: async () => {
        clearInterval(tick);
        ending.abort();
        await sending;
      },
    };
  };
}
