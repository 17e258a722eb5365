/** What generated clients call an operation. A name that was given once stays: others' code is written with it. */
const NAMES: Readonly<Record<string, string>> = {
  'POST /v1/events': 'submitEvent',
  'GET /v1/events': 'listEvents',
  'GET /v1/events/{id}': 'getEvent',
  'GET /v1/events/{id}/stream': 'streamEvent',
  'GET /v1/events/{id}/why': 'explainEvent',
  'GET /v1/events/{id}/tree': 'getEventTree',
  'POST /v1/events/{id}/cancel': 'cancelEvent',
  'DELETE /v1/events/{id}': 'deleteEvent',
  'POST /v1/events/{id}/replay': 'replayEvent',
  'GET /v1/events/{id}/deliveries': 'listDeliveries',
  'POST /v1/events/{id}/redeliver': 'redeliverEvent',
  'POST /v1/batches': 'submitBatch',
  'GET /v1/batches': 'listBatches',
  'GET /v1/batches/{id}': 'getBatch',
  'GET /v1/batches/{id}/items': 'listBatchItems',
  'GET /v1/batches/{id}/stream': 'streamBatch',
  'POST /v1/batches/{id}/pause': 'pauseBatch',
  'POST /v1/batches/{id}/resume': 'resumeBatch',
  'POST /v1/batches/{id}/cancel': 'cancelBatch',
  'POST /v1/batches/{id}/retry-failed': 'retryFailedItems',
  'GET /v1/subjects/{type}/{id}': 'getSubject',
  'GET /v1/subjects/{type}/{id}/events': 'listSubjectEvents',
  'GET /v1/subjects/{type}/{id}/changes': 'listSubjectChanges',
  'GET /v1/subjects': 'listSubjects',
  'GET /v1/event-types': 'listEventTypes',
  'GET /v1/event-types/{type}': 'getEventType',
  'GET /v1/limits': 'listLimits',
  'GET /v1/limits/{key}': 'getLimit',
  'PUT /v1/limits/{key}': 'setLimit',
  'GET /v1/destinations': 'listDestinations',
  'POST /v1/destinations/{origin}/resume': 'resumeDestination',
  'POST /v1/destinations/{origin}/redeliver': 'redeliverDestination',
  'GET /v1/dead-letters': 'listDeadLetters',
  'GET /v1/dead-letters/{cause}/events': 'listDeadLetterEvents',
  'POST /v1/dead-letters/{cause}/replay': 'replayDeadLetters',
  'POST /v1/dead-letters/{cause}/discard': 'discardDeadLetters',
  'GET /v1/stats': 'readStats',
  'GET /v1/stream': 'streamEndedEvents',
  'GET /livez': 'checkAlive',
  'GET /readyz': 'checkReady',
  'GET /metrics': 'readMetrics',
};

/** The groups that operations are shown in, in this order. */
export const TAGS = [
  { name: 'events', description: 'Submit an event, and see what becomes of it' },
  { name: 'batches', description: 'Many events at once' },
  { name: 'subjects', description: 'State that events of one subject share' },
  { name: 'event-types', description: 'What can be submitted' },
  { name: 'limits', description: 'How many heavy events are at work at once' },
  { name: 'destinations', description: 'Where callbacks go, and whether they arrive' },
  { name: 'dead-letters', description: 'What ended badly, by its cause, and how to run it again' },
  { name: 'stats', description: 'What happened lately' },
  { name: 'stream', description: 'Events as they end' },
  { name: 'health', description: 'For those who run the service' },
] as const;

const OTHERS = { name: 'others', description: 'Of older clients, and of what was plugged in' };

/** The tags that these operations have, as the document lists them. */
export function tagsOf(used: ReadonlySet<string>): readonly { readonly name: string; readonly description: string }[] {
  return [...TAGS, OTHERS].filter(({ name }) => used.has(name));
}

/** A name that no other operation has: the table's, else one made of its method and path, as `getApiJobsId`. */
export function operationIdOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const made = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return NAMES[`${method.toUpperCase()} ${path}`] ?? `${method.toLowerCase()}${made.join('')}`;
}

/** The group of an operation, by its path. */
export function tagOf(path: string): string {
  const [, noun] = /^\/v1\/([a-z-]+)/.exec(path) ?? [];
  if (['/livez', '/readyz', '/metrics'].includes(path)) return 'health';
  return TAGS.find(({ name }) => name === noun)?.name ?? OTHERS.name;
}
