/** One event of a stream, as it was sent. */
export interface StreamEvent {
  /** The newest id of the stream so far; empty before the first. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

// A field's name, and its value after a colon and at most one space.
const FIELD = /^([^:]+)(?:: ?(.*))?$/s;

/**
 * Reads server-sent events (WHATWG HTML, 9.2.6) from a body. What is cut off in the middle of an event is dropped.
 * @param onRetry told of the pause, in milliseconds, that the server asks for before a reconnection
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  onRetry: (retryMs: number) => void = () => undefined,
): AsyncGenerator<StreamEvent, undefined> {
  let id = '';
  let event = '';
  let data: string[] = [];
  for await (const line of readLines(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, event: event === '' ? 'message' : event, data: data.join('\n') };
      event = '';
      data = [];
      continue;
    }
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) onRetry(Number(value));
  }
}

/** Lines end with CR LF, LF or CR, also where a chunk ends between the two. What no line's end follows is dropped. */
async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let afterCr = false;
  for await (const chunk of readChunks(body)) {
    const text = decoder.decode(chunk, { stream: true });
    if (text === '') continue;
    rest += afterCr && text.startsWith('\n') ? text.slice(1) : text;
    afterCr = text.endsWith('\r');
    const lines = rest.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** Not every browser can go through a body by `for await`. */
async function* readChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  const reader = body.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } catch (error) {
    isDone = true;
    throw error;
  } finally {
    // Whoever stops reading ends the connection.
    if (!isDone) await reader.cancel();
  }
}
