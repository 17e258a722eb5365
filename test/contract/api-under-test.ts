import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { until } from '../support/until.ts';

/** A service to be held to the contract, as a function of requests. */
export interface ContractSubject {
  request(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty where the body is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** The API as the contract's sentences speak of it. */
export interface ApiUnderTest {
  send(method: string, path: string, init?: RequestInit): Promise<Answer>;
  /** The response itself, whose body comes bit by bit. */
  open(path: string, init?: RequestInit): Promise<Response>;
  submit(event: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Submits and waits for the end of the stages. */
  run(event: unknown): Promise<EventResource>;
  read(id: string): Promise<EventResource>;
  /** Reads until the event has this status, at this stage if one is named. */
  readUntil(id: string, status: EventResource['status'], stage?: string): Promise<EventResource>;
}

export const JSON_HEADERS = { 'content-type': 'application/json' } as const;

export function createApiUnderTest(subject: () => ContractSubject): ApiUnderTest {
  async function send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await subject().request(path, { method, ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: toObject(text) };
  }

  const submit: ApiUnderTest['submit'] = (event, headers = {}) =>
    send('POST', '/v1/events', { headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(event) });

  async function read(id: string): Promise<EventResource> {
    const answer = await send('GET', `/v1/events/${encodeURIComponent(id)}`);
    expect(answer.status).toBe(200);
    return toResource(answer);
  }

  return {
    send,
    open: (path, init) => subject().request(path, init),
    submit,
    read,
    run: async (event) => {
      const answer = await submit(event, { prefer: 'wait=30' });
      expect(answer.status).toBe(200);
      return toResource(answer);
    },
    readUntil: (id, status, stage) =>
      until(`the event "${id}" is ${status}`, async () => {
        const resource = await read(id);
        return resource.status === status && (stage === undefined || resource.stage === stage) && resource;
      }),
  };
}

export function toResource(answer: Answer): EventResource {
  return answer.body as unknown as EventResource;
}

/** The items of a list. */
export function itemsOf(answer: Answer): readonly EventResource[] {
  return answer.body['items'] as readonly EventResource[];
}

/** Unique, since all tests of a run share an engine. */
export function newId(): string {
  return `contract-${randomUUID()}`;
}

/** Asserts that the answer is a whole problem document, and gives its faults. */
export function expectProblem(answer: Answer, status: number, code: string): readonly Fault[] {
  expect(answer.body).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toEqual({
    type: expect.any(String),
    title: expect.stringMatching(/./),
    status,
    code,
    detail: expect.stringMatching(/./),
    instance: expect.stringMatching(/^\//),
    requestId: answer.headers.get('x-request-id'),
    ...('errors' in answer.body && { errors: expect.any(Array) }),
  });
  expect(answer.text).not.toMatch(/\\n +at |"stack"|node_modules|\.ts:\d/);
  return (answer.body['errors'] ?? []) as readonly Fault[];
}

export function pointersOf(faults: readonly Fault[]): readonly string[] {
  return faults.map(({ pointer }) => pointer).sort();
}

function toObject(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith('{')) return {};
  return JSON.parse(text) as Record<string, unknown>;
}
