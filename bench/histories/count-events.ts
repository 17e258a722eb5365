/** A recorded history, as far as it is counted. */
export interface CountedHistory {
  readonly events: readonly { readonly eventType: string }[];
}

export interface Counts {
  readonly events: number;
  /** Workflow tasks that were completed. */
  readonly tasks: number;
  /** Events that are there because the workflow asked for something. */
  readonly commands: number;
  /** Those of them that are markers: local activities above all. */
  readonly markers: number;
  /** All events by type, the most frequent first. */
  readonly byType: readonly (readonly [string, number])[];
}

const COMMANDS = new Set([
  'ACTIVITY_TASK_SCHEDULED',
  'ACTIVITY_TASK_CANCEL_REQUESTED',
  'MARKER_RECORDED',
  'REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED',
  'SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED',
  'START_CHILD_WORKFLOW_EXECUTION_INITIATED',
  'TIMER_CANCELED',
  'TIMER_STARTED',
  'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
  'WORKFLOW_EXECUTION_CANCELED',
  'WORKFLOW_EXECUTION_COMPLETED',
  'WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
  'WORKFLOW_EXECUTION_FAILED',
  'WORKFLOW_EXECUTION_UPDATE_ACCEPTED',
  'WORKFLOW_EXECUTION_UPDATE_COMPLETED',
  'WORKFLOW_PROPERTIES_MODIFIED',
]);

export function countEvents({ events }: CountedHistory): Counts {
  const types = events.map(({ eventType }) => eventType.replace(/^EVENT_TYPE_/, ''));
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return {
    events: events.length,
    tasks: counts.get('WORKFLOW_TASK_COMPLETED') ?? 0,
    commands: types.filter((type) => COMMANDS.has(type)).length,
    markers: counts.get('MARKER_RECORDED') ?? 0,
    byType: [...counts].toSorted(([oneType, one], [otherType, other]) => other - one || oneType.localeCompare(otherType)),
  };
}
