import { attemptTimes } from '../../domain/attempt-times.ts';
import { changeOf } from '../../domain/state-change.ts';
import { Socket } from 'node:net';
import { createAdvance } from '../advance.ts';
import type { AdvanceDependencies } from '../advance.ts';
import type { Answer } from '../answer.ts';
import { Stopped } from '../stopped.ts';
import { UnknownTypeError } from '../unknown-type.ts';
import { beHumble } from './be-humble.ts';
import { createFewASecond } from './few-a-second.ts';
import { openLineChannel } from './line-channel.ts';
import type { LineChannel } from './line-channel.ts';
import type { FromHost, ThrownError, ToHost } from './messages.ts';
import { failureText } from '../failure-text.ts';
import { createOutbox } from './outbox.ts';
import { createReplies } from './replies.ts';
import { catchStrays } from './strays.ts';

export interface HostComposition extends Pick<AdvanceDependencies, 'resolve' | 'services' | 'use' | 'openEmitter'> {
  readonly answer: Answer;
}

/** The pipe to the service, by its number; the three before it are the standard ones. */
export const HOST_PIPE = 3;

const BEAT_EVERY_MS = 200;
const DISPOSE_WITHIN_MS = 1_000;
const BEHIND_BYTES = 1024 * 1024;

/**
 * Makes this process a host: it advances what the service sends it, several at once, until the service is gone.
 * @param compose makes what handlers need of the settings that the service sends
 * @param dispose called at the end, where there is time for it
 */
export function serveHost(compose: (settings: unknown) => HostComposition, dispose: () => Promise<void> = async () => undefined): void {
  beHumble(process.ppid);
  // A Ctrl-C reaches all processes of a terminal. The service lets handlers end what they are at, and ends this process after that.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const underWay = new Map<number, AbortController>();
  let asking = 0;
  const lines = createFewASecond(() => performance.now());
  const strays = catchStrays((error) => {
    const leftOut = channel.backlog() > BEHIND_BYTES ? null : lines.next();
    if (leftOut === null) return;
    const fields = {
      stack: error instanceof Error ? String(error.stack).slice(0, 4_000) : String(error).slice(0, 1_000),
      ...(leftOut > 0 && { leftOut }),
    };
    channel.send({ kind: 'log', level: 'error', message: 'an error that nobody caught; a handler left it behind', fields });
  });
  let advance: ReturnType<typeof createAdvance> | undefined;
  let replyTo: ReturnType<typeof createReplies> | undefined;
  let beating: NodeJS.Timeout | undefined;

  const channel: LineChannel<FromHost> = openLineChannel<FromHost, ToHost>(new Socket({ fd: HOST_PIPE }), {
    onClosed: () => void end(),
    onMessage(message) {
      if (message.kind === 'stop') underWay.get(message.id)?.abort(new Stopped(message.reason));
      else if (message.kind === 'advance') void run(message);
      else if (message.kind === 'ask') void reply(message);
      else begin(message.settings);
    },
  });

  async function end(): Promise<void> {
    setTimeout(() => process.exit(), DISPOSE_WITHIN_MS);
    await dispose().catch((error: unknown) => console.error(error));
    process.exit();
  }

  function begin(settings: unknown): void {
    try {
      const { answer, ...composed } = compose(settings);
      replyTo = createReplies(answer, () => performance.now());
      advance = createAdvance({
        times: attemptTimes,
        changeOf,
        ...composed,
        now: Date.now,
        monotonicMs: () => performance.now(),
        textOf: failureText,
        strays,
        waitsForHandlers: true,
      });
      channel.send({ kind: 'ready' });
    } catch (error) {
      // Nobody would be told that it never becomes ready: a process that has ended is started again.
      console.error(error);
      process.exit(1);
    }
  }

  /** Never rejects. */
  async function run({ id, due, isAlone }: Extract<ToHost, { kind: 'advance' }>): Promise<void> {
    const stop = new AbortController();
    underWay.set(id, stop);
    beat();
    const outbox = createOutbox({
      isAlone,
      send: (told) => channel.send({ kind: 'told', id, told }),
      isBehind: () => channel.backlog() > BEHIND_BYTES,
    });
    try {
      if (advance === undefined) throw new Error('something was due before the host had begun');
      const advanced = await advance(due, { signal: stop.signal, tell: outbox.tell });
      outbox.end();
      channel.send({ kind: 'advanced', id, advanced });
    } catch (error) {
      outbox.end();
      channel.send({ kind: 'thrown', id, error: toThrown(error) });
    }
    underWay.delete(id);
    endBeat();
  }

  async function reply({ id, questions }: Extract<ToHost, { kind: 'ask' }>): Promise<void> {
    asking += 1;
    beat();
    try {
      channel.send({ kind: 'answered', id, replies: (await replyTo?.(questions)) ?? [] });
    } finally {
      asking -= 1;
      endBeat();
    }
  }

  function beat(): void {
    beating ??= setInterval(() => channel.send({ kind: 'beat' }), BEAT_EVERY_MS);
  }

  function endBeat(): void {
    if (underWay.size + asking > 0) return;
    clearInterval(beating);
    beating = undefined;
  }
}

function toThrown(error: unknown): ThrownError {
  if (error instanceof Stopped) return { kind: 'stopped', reason: error.reason };
  if (error instanceof UnknownTypeError) return { kind: 'unknown-type', type: error.type };
  if (error instanceof Error) return { kind: 'other', name: error.name, message: error.message, stack: error.stack ?? '' };
  return { kind: 'other', name: 'Error', message: String(error), stack: '' };
}
