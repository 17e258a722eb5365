import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { EventResource } from '../../domain/event-resource.ts';
import type { EventSummary } from '../../domain/event-summary.ts';
import { TIERS } from '../../domain/tier.ts';
import { REPLAY_ADVICE } from '../../domain/why-ended.ts';
import { WHY_REASONS } from '../../domain/why.ts';
import { CLOUD_EVENTS } from '../../domain/callback-format.ts';
import { CLOUD_EVENT_TYPE } from '../../domain/to-cloud-event.ts';
import type { AppEnvironment } from '../app.ts';
import { describe, idempotencyKeyHeader, idParameter, ifMatchHeader, json, jsonBody, pageOf, problems } from '../describe.ts';
import { CLOUD_EVENT_BATCH_TYPE } from '../cloud-events/cloud-event-mode.ts';
import { MAX_TREE_NODES } from '../read-tree.ts';
import { acceptedBatch } from './accepted-batch-schema.ts';
import { eventEnvelope, handedOn, typeName } from '../parse-event.ts';

export const STATUSES = ['accepted', 'waiting', 'running', 'completed', 'partial', 'failed', 'cancelled'] as const;

export const listQuery = z.strictObject({
  type: typeName.optional(),
  status: z.enum(STATUSES).optional(),
  tier: z.enum(TIERS).optional(),
  subject: handedOn.subject.optional(),
  batch: z.string().min(1).max(255).optional(),
  since: z.iso.datetime({ offset: true }).optional().describe('came to the engine then or later, by its clock'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(4_096).optional(),
});

const cloudEvent = z.object({
  type: z.string(),
  datacontenttype: z.string().optional(),
  dataschema: z.string().optional(),
  extensions: z.record(z.string(), z.union([z.string(), z.boolean(), z.int()])).optional(),
});

const stage = z.string().describe("`meaning`, `decision` or `action`, or as the event's type names its stages");
const eventError = z.object({ code: z.string(), message: z.string(), stage: stage.nullable(), retryable: z.boolean() });
export const eventResource = z.looseObject({
  id: z.string(),
  ownId: z.string().nullable(),
  run: z.int(),
  type: z.string(),
  ...nullable(handedOn),
  version: z.int().nullable(),
  time: z.string(),
  data: z.unknown(),
  tier: z.enum(TIERS),
  urgency: z.number(),
  tenant: z.string(),
  batchId: z.string().nullable(),
  cloudEvent: cloudEvent.optional().describe('what else is said by one that came as a CloudEvent'),
  causedBy: z.string().nullable().describe('the event whose handler has emitted this one'),
  handlerOf: z
    .object({ id: z.string(), name: z.string() })
    .optional()
    .describe('only of the run of a handler: the event that it is called for'),
  status: z.enum(STATUSES),
  stage: stage.nullable(),
  acceptedAt: z.string(),
  startedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  timings: z.object({ queuedMs: z.int().nullable(), runMs: z.int().nullable() }),
  progress: z.object({ step: z.string(), percent: z.number(), message: z.string() }).nullable(),
  attempts: z.record(z.string(), z.int()).describe('by the name of the stage'),
  result: z.record(z.string(), z.unknown()).nullable().describe('by the name of the stage'),
  handlers: z
    .record(z.string(), z.object({ status: z.enum(STATUSES), attempts: z.int(), result: z.unknown(), error: eventError.nullable() }))
    .describe("by their names; empty where the event's type has none"),
  error: eventError.nullable(),
  cleanup: z
    .discriminatedUnion('status', [
      z.object({ status: z.literal('completed') }),
      z.object({ status: z.literal('failed'), error: eventError }),
    ])
    .optional()
    .describe("what became of a cancelled event's `onCancel`; absent where it wasn't called"),
  callback: z.looseObject({ status: z.enum(['none', 'pending', 'delivered', 'parked', 'failed']), url: z.string().nullable() }),
  workflow: z.object({ id: z.string(), runId: z.string(), url: z.string().nullable() }),
  followUps: z
    .array(z.object({ id: z.string(), type: z.string() }))
    .optional()
    .describe('what its handlers have emitted, in that order; only where they have'),
  timeline: z
    .array(
      z.object({
        of: z.enum(['stage', 'handler']),
        name: z.string(),
        attempt: z.int(),
        startedAt: z.string(),
        durationMs: z.int().nullable().describe('null while it is at work, and where its process has ended without a word'),
        error: z.string().nullable().describe('the code of what it failed with'),
      }),
    )
    .optional()
    .describe(
      'when the attempts of its stages and handlers were, the last 20 of each; only where one event is asked for, and not of one that shares its workflow with others',
    ),
  recorded: z
    .literal(false)
    .optional()
    .describe('only where the process that ran a light event shows its end a few milliseconds before that is on record'),
} satisfies Record<keyof EventResource, z.ZodType>);

/** An event as lists and streams of many show it. */
export const eventSummary = eventResource.omit({ data: true, result: true, progress: true, timeline: true }).extend({
  handlers: z
    .record(z.string(), z.object({ status: z.enum(STATUSES), attempts: z.int(), error: eventError.nullable() }))
    .describe("by their names; empty where the event's type has none"),
  callback: z.object({
    status: z.enum(['none', 'pending', 'delivered', 'parked', 'failed', 'unknown']).describe('`unknown`: read the event'),
    url: z.string().nullable(),
  }),
  index: z.int().optional().describe('only of an item of a batch: its place there'),
} satisfies Partial<Record<keyof EventSummary | 'index', z.ZodType>>);

function nullable<Shape extends z.ZodRawShape>(shape: Shape): { [Field in keyof Shape]: z.ZodNullable<Shape[Field]> } {
  return Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, z.nullable(schema)])) as ReturnType<
    typeof nullable<Shape>
  >;
}

const why = z.object({
  id: z.string(),
  status: z.enum(STATUSES),
  reason: z.enum(WHY_REASONS),
  summary: z.string(),
  since: z.string().nullable(),
  details: z.looseObject({
    key: z.string().optional(),
    position: z.int().nullable().optional(),
    holders: z
      .array(z.object({ event: z.string(), since: z.string() }))
      .optional()
      .describe('events of your own tenant that hold a permit'),
    otherHolders: z.int().optional().describe("so many of other tenants' events hold one"),
    handlers: z
      .array(z.object({ name: z.string(), status: z.enum(STATUSES), event: z.string() }))
      .optional()
      .describe('those that have not ended; `event` is the id to ask for more of one that runs by itself'),
    failures: z
      .array(
        z.object({ at: z.string().nullable(), code: z.string(), message: z.string(), attempts: z.int(), event: z.string().optional() }),
      )
      .optional()
      .describe('what an ended event has failed of; `at` is the stage or handler'),
    alike: z
      .object({ cause: z.string(), count: z.int() })
      .optional()
      .describe('of one that ended badly: the cause among `/v1/dead-letters`, and how many died of it'),
    replay: z
      .enum(REPLAY_ADVICE)
      .optional()
      .describe(
        'whether it helps to run it again. `as_is`: it may succeed now; `when_mended`: not before its data (`patch`) or its handler is mended; `retry_failed`: an item, by its batch; `with_event`: a handler, by its event; `none`: it has had its turn with its subject, or is an item whose stages have not failed',
      ),
  }),
});

const treeNode = z
  .object({
    id: z.string(),
    type: z.string().nullable(),
    status: z.enum([...STATUSES, 'unknown']),
    causedBy: z.string().nullable(),
    get children() {
      return z.array(treeNode);
    },
  })
  .openapi('EventTreeNode');
const tree = z.object({ root: treeNode, truncated: z.boolean() }).openapi('EventTree');

/** How older clients write an event of the types that still read it so; what else they send is the type's to say. */
const olderEvent = eventEnvelope
  .omit({ type: true, data: true, time: true })
  .extend({ type: typeName.optional(), event_type: typeName.optional().describe('the type, where `type` is absent') })
  .openapi('OlderEvent');

const cloudEventBody = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1).max(1_024),
    source: handedOn.source,
    type: z.string().min(1).max(255).describe('the name of an event type, or one of CloudEvents that it stands for'),
    subject: handedOn.subject.optional(),
    time: z.iso.datetime({ offset: true }).optional(),
    datacontenttype: z.string().optional().describe('of JSON; no other data is taken'),
    dataschema: z.string().max(2_048).optional(),
    data: z.unknown().optional(),
    data_base64: z.string().optional(),
    tier: z.union([z.string(), z.int()]).optional(),
    urgency: z.union([z.string(), z.number()]).optional(),
    delayms: z.union([z.string(), z.int()]).optional(),
    callbackurl: z.string().optional(),
    callbackformat: z.literal(CLOUD_EVENTS).optional(),
  })
  .describe('Other attributes are kept as its extensions')
  .openapi('CloudEvent');

const acceptedEvent = z.object({
  id: z.string(),
  type: z.string(),
  tier: z.enum(TIERS),
  status: z.enum(STATUSES).describe('`accepted`, or that of the run that it joined'),
  joined: z.boolean().describe('whether there was a run of this id and content already: nothing new began'),
  run: z.int().optional().describe('the run that it joined'),
  links: z.object({ self: z.string(), stream: z.string(), why: z.string() }),
});

/** What OpenAPI says of `/v1/events`. */
export function describeEvents(app: OpenAPIHono<AppEnvironment>): void {
  const resource = eventResource.openapi('EventResource');
  const terminal = z.object({
    type: z.enum(['event.completed', 'event.partial', 'event.failed', 'event.cancelled']),
    timestamp: z.string(),
    recordedAt: z.string().describe('When the run came to this verdict: of two messages of a run the later one'),
    data: resource,
  });
  describe(app, {
    method: 'post',
    path: '/v1/events',
    summary: 'Submit an event',
    description:
      'Answered when the event is durable. With `Prefer: wait=N` answered with the event if its stages end in time. ' +
      'CloudEvents 1.0 are taken structured, batched (which makes a batch), and binary: attributes as `ce-` headers, data as the body.',
    request: {
      headers: z.object({
        prefer: z.string().optional(),
        'idempotency-key': idempotencyKeyHeader.optional(),
        'if-match': ifMatchHeader.optional(),
      }),
      body: {
        required: true,
        content: {
          ...jsonBody(z.union([eventEnvelope, olderEvent])).content,
          [CLOUD_EVENT_TYPE]: { schema: cloudEventBody },
          [CLOUD_EVENT_BATCH_TYPE]: { schema: z.array(cloudEventBody).min(1) },
        },
      },
    },
    responses: {
      200: json('Ended within the wait', resource),
      202: json('Durable; the batch, where CloudEvents came batched', z.union([acceptedEvent.openapi('AcceptedEvent'), acceptedBatch])),
      ...problems(400, 401, 408, 409, 412, 413, 415, 422, 429, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/events',
    summary: 'List events, newest first; the index may lag by a second',
    description:
      '`subject` is a subject that the service keeps, as `life/life-1` (its last 50 events), or the text of events that no subject keeps; an id ' +
      'alone needs the `type` beside it. ' +
      "With `batch` that batch's items by their index; only `status` goes with it. Items are summaries: the event without `data`, `result`, " +
      "`progress` and the callback's `attempts`. `accepted`, `waiting` and `running` each select all open events. A page may be short and " +
      'still have a `nextCursor`.',
    request: { query: listQuery },
    responses: {
      200: json('A page', pageOf(eventSummary.openapi('EventSummary'))),
      ...problems(401, 422, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/events/{id}',
    summary: 'Read an event',
    request: { params: idParameter },
    responses: { 200: json('The event', resource), ...problems(401, 404, 503) },
  });
  describe(app, {
    method: 'get',
    path: '/v1/events/{id}/why',
    summary: 'What an event waits for, who is before it, and for how long',
    request: { params: idParameter },
    responses: { 200: json('The reason', why), ...problems(401, 404, 503) },
  });
  describe(app, {
    method: 'get',
    path: '/v1/events/{id}/tree',
    summary: 'All that has followed from the first event of a tree, by whichever of its events it is asked',
    description: `At most ${MAX_TREE_NODES} events, those nearest to the first. One that has yet to be started, or is gone, is \`unknown\`.`,
    request: { params: idParameter },
    responses: { 200: json('The tree', tree), ...problems(401, 404, 503) },
  });
  const cancelling = {
    description:
      '`already_ended`, or `not_cancellable` once a light event may have begun its stages: it begins as soon as some process can run it, or when its delay is over. ' +
      'Where nobody can say in time whether it will be cancelled, the answer is 503: ask again.',
    request: { params: idParameter },
    responses: {
      202: json(
        'It will end as cancelled',
        z.object({ id: z.string(), status: z.literal('cancelling'), links: z.object({ self: z.string() }) }),
      ),
      ...problems(401, 404, 409, 503),
    },
  };
  describe(app, { ...cancelling, method: 'post', path: '/v1/events/{id}/cancel', summary: 'Cancel an event' });
  describe(app, {
    ...cancelling,
    method: 'delete',
    path: '/v1/events/{id}',
    summary: 'Cancel an event, by another verb: it can still be read',
  });
  app.openAPIRegistry.registerWebhook({
    method: 'post',
    path: 'event-ended',
    tags: ['events'],
    operationId: 'eventEnded',
    summary: 'The terminal message of a run, signed after Standard Webhooks',
    description:
      'A repetition has the same `webhook-id`, and a body that differs at most in times. Where a crash makes a run come to another verdict, that one is a message with another id.',
    request: {
      headers: z.object({ 'webhook-id': z.string(), 'webhook-timestamp': z.string(), 'webhook-signature': z.string() }),
      body: jsonBody(terminal),
    },
    responses: { 200: { description: 'Any 2xx: delivered. Anything else is tried again.' } },
  });
}
