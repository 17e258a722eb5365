import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface RawRequest {
  /** The connection that it came on, counted from 0. */
  readonly connection: number;
  /** Counts the requests of all connections from 0. */
  readonly index: number;
}

/** Answers a request in bytes of its own making. */
export type RawAnswer = (socket: Socket, request: RawRequest) => void | Promise<void>;

export interface RawReceiver {
  readonly url: string;
  /** In order of arrival. */
  readonly requests: readonly RawRequest[];
  /** Of the requests that have come as a whole. */
  readonly bodies: readonly string[];
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

export interface RawReceiverOptions {
  /** Answers at the end of the header section instead of the body's, and reads on only when the socket is resumed. */
  readonly isEarly?: boolean;
}

const HEAD_END = '\r\n\r\n';

/** A receiver that speaks TCP only, so that its answers need not be HTTP. It understands requests with a `Content-Length`. */
export async function startRawReceiver(answer: RawAnswer, { isEarly = false }: RawReceiverOptions = {}): Promise<RawReceiver> {
  const requests: RawRequest[] = [];
  const bodies: string[] = [];
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    // What is written late must not wait for the acknowledgement of what was written before.
    const connection = connections.push(socket.setNoDelay()) - 1;
    let head = '';
    let body: Buffer[] = [];
    /** Of the body, not yet received; null before the end of the head. */
    let missingBytes: number | null = null;

    const begin = (): void => {
      const request = { connection, index: requests.length };
      requests.push(request);
      if (isEarly) socket.pause();
      void answer(socket, request);
    };
    // A sender that breaks off is part of the script.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      let rest: Buffer = chunk;
      while (rest.length > 0) rest = missingBytes === null ? takeHead(rest) : takeBody(rest, missingBytes);
    });

    function takeHead(chunk: Buffer): Buffer {
      const before = head.length;
      head += chunk.toString('latin1');
      const end = head.indexOf(HEAD_END);
      if (end < 0) return Buffer.alloc(0);
      missingBytes = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
      head = '';
      if (isEarly) begin();
      return chunk.subarray(end + HEAD_END.length - before);
    }

    function takeBody(chunk: Buffer, missing: number): Buffer {
      body.push(chunk.subarray(0, missing));
      missingBytes = missing - Math.min(missing, chunk.length);
      if (missingBytes > 0) return Buffer.alloc(0);
      bodies.push(Buffer.concat(body).toString('utf8'));
      body = [];
      missingBytes = null;
      if (!isEarly) begin();
      return chunk.subarray(missing);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    bodies,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}
