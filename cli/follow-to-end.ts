import type { BatchProgress } from '../client/batch-types.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { EventProgress } from '../client/create-client.ts';
import type { StreamMessage } from '../client/follow.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { CommandContext } from './command-context.ts';
import { createLiveLine } from './live-line.ts';
import { renderBatch, renderBatchProgress, renderEvent, renderEventProgress } from './render.ts';

/** What a shell makes of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

interface Views<Resource, Progress> {
  readonly line: (progress: Progress) => string;
  /** Of what is rewritten on a screen, how much is worth a line of its own elsewhere. */
  readonly milestone: (progress: Progress) => string;
  readonly end: (resource: Resource) => string;
}

/** Shows an event's progress and then the event. Gives 0 if it completed. */
export function followEvent(context: CommandContext, id: string): Promise<number> {
  return followToEnd<EventResource, EventProgress>(context, id, context.client.events.stream, {
    line: renderEventProgress,
    milestone: ({ status, stage, progress }) => `${status} ${stage} ${tenth(progress?.percent ?? 0)}`,
    end: (event) => renderEvent(event, context.paint),
  });
}

/** Shows a batch's progress as a bar and then its outcome. Gives 0 if all of it completed. */
export function followBatch(context: CommandContext, id: string): Promise<number> {
  return followToEnd<BatchResource, BatchProgress>(context, id, context.client.batches.stream, {
    line: renderBatchProgress,
    milestone: ({ status, percent }) => `${status} ${tenth(percent)}`,
    end: (batch) => renderBatch(batch, context.paint),
  });
}

type Stream<Resource, Progress> = (
  id: string,
  options: { readonly signal: AbortSignal; readonly onReconnect: (error: Error) => void },
) => AsyncIterable<StreamMessage<Resource, Progress>>;

async function followToEnd<Resource extends { readonly status: string }, Progress>(
  { terminal, isJson, print }: CommandContext,
  id: string,
  stream: Stream<Resource, Progress>,
  views: Views<Resource, Progress>,
): Promise<number> {
  const signal = terminal.interruption();
  const line = createLiveLine(terminal);
  const onReconnect = ({ message }: Error): void => line.show(`${message}; trying again …`, message);
  for await (const message of stream(id, { signal, onReconnect })) {
    if (message.kind === 'ended') {
      line.end();
      print(message.resource, views.end(message.resource));
      return message.resource.status === 'completed' ? 0 : 1;
    }
    if (isJson) print(message.progress, '');
    else line.show(views.line(message.progress), views.milestone(message.progress));
  }
  line.end();
  terminal.err(`no longer watched; it goes on: tickless watch ${id}\n`);
  return INTERRUPTED;
}

function tenth(percent: number): number {
  return Math.floor(percent / 10);
}
