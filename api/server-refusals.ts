import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemDocument, PROBLEM_MEDIA_TYPE, statusOf, titleOf } from './problem.ts';
import type { Problem, ProblemPlace } from './problem.ts';

/** A request that the server refused before any route saw it. */
export interface Refusal extends Pick<Problem, 'code' | 'detail'> {
  readonly requestId: string;
  /** Of the caller, where it is known. */
  readonly address: string | undefined;
}

export type ReportRefusal = (refusal: Refusal) => void;

// Whoever is still sending reads no answer: for so long what it sends is thrown away, then it is cut.
const LINGER_MS = 500;

/**
 * Answers what Node's server refuses by itself with the same problem documents as any route, and reports it: what isn't HTTP,
 * headers that are too large or too slow, an expectation or a method that nobody here can meet.
 */
export function answerRefusals(server: Server, report: ReportRefusal): void {
  const refused = new WeakSet<Duplex>();

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What comes after it is no request either.
    if (refused.has(socket)) return;
    refused.add(socket);
    // A caller that is gone reads nothing, and an answer that has begun can't become another one.
    if (error.code === 'ECONNRESET' || !socket.writable || hasBegunAnswer(socket)) socket.destroy();
    else refuse(socket, toProblem(error));
  });
  server.on('checkExpectation', (incoming: IncomingMessage, response: ServerResponse) => {
    const detail = `nobody here knows the expectation "${incoming.headers.expect ?? ''}"`;
    answerProblem(response, { code: 'expectation_failed', detail }, report);
  });
  server.on('connect', (_incoming, socket) => {
    refused.add(socket);
    refuse(socket, { code: 'method_not_allowed', detail: 'this is no proxy' });
  });

  function refuse(socket: Duplex, problem: Problem): void {
    const place = { instance: '', requestId: randomUUID() };
    const body = problemDocument(problem, place);
    const status = statusOf(problem.code);
    socket.on('error', () => undefined);
    socket.end(
      `HTTP/1.1 ${status} ${titleOf(status)}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\nX-Request-Id: ${place.requestId}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
    socket.resume();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    report({ code: problem.code, detail: problem.detail, requestId: place.requestId, address: addressOf(socket) });
  }
}

/** Answers a request of which Node has made a response already. */
export function answerProblem(response: ServerResponse, problem: Problem, report: ReportRefusal): void {
  const requestId = randomUUID();
  const body = problemDocument(problem, { instance: response.req.url ?? '', requestId });
  const headers = {
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    connection: 'close',
  };
  response.writeHead(statusOf(problem.code), headers).end(body);
  report({ code: problem.code, detail: problem.detail, requestId, address: response.socket?.remoteAddress });
}

/** The same as a response that the adapter writes. */
export function problemResponse(problem: Problem, place: ProblemPlace): Response {
  return new Response(problemDocument(problem, place), {
    status: statusOf(problem.code),
    headers: { 'content-type': PROBLEM_MEDIA_TYPE, 'x-request-id': place.requestId, connection: 'close' },
  });
}

/** As Node itself looks at it, which has no other way to tell. */
function hasBegunAnswer(socket: Duplex): boolean {
  const response: unknown = Reflect.get(socket, '_httpMessage');
  return typeof response === 'object' && response !== null && Reflect.get(response, 'headersSent') === true;
}

function toProblem(error: NodeJS.ErrnoException): Problem {
  if (error.code === 'HPE_HEADER_OVERFLOW') return { code: 'headers_too_large', detail: 'the headers are too large' };
  if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return { code: 'too_large', detail: 'the extensions of a chunk are too large' };
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return { code: 'request_timeout', detail: 'the headers took too long' };
  return { code: 'malformed', detail: `the request is not HTTP: ${error.message.replace(/^Parse Error: /, '')}` };
}

function addressOf(socket: Duplex): string | undefined {
  const address: unknown = Reflect.get(socket, 'remoteAddress');
  return typeof address === 'string' ? address : undefined;
}
