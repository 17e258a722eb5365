import type { EventResource } from 'tickless/server';

/** A line of what is on record of a job. */
export interface LogLine {
  /** ISO 8601; null for what is so now. */
  readonly at: string | null;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}

/**
 * What is on record of a session, in the order of time: its steps once they are done, else how far it came, its warnings, how it
 * ended, and each attempt to call back. Of earlier attempts of a stage only their number is kept.
 */
export function toLogs(resource: EventResource): readonly LogLine[] {
  const { acceptedAt, startedAt, completedAt, error, attempts, status, progress, callback } = resource;
  const lines: LogLine[] = [line(acceptedAt, 'info', 'accepted')];
  if (startedAt !== null) lines.push(line(startedAt, 'info', 'began'));
  lines.push(...stepsOf(resource));
  for (const [stage, count] of Object.entries(attempts)) {
    if (count > 1) lines.push(line(completedAt, 'warning', `${stage}: attempt ${count}`));
  }
  lines.push(...warningsOf(resource));
  if (status !== 'completed' && progress !== null) {
    lines.push(line(completedAt, 'info', `${progress.step}: ${progress.message} (${progress.percent} %)`));
  }
  if (error !== null) lines.push(line(completedAt, completedAt === null ? 'warning' : 'error', `${error.code}: ${error.message}`));
  if (completedAt !== null) lines.push(line(completedAt, 'info', status));
  for (const attempt of callback.attempts) {
    const { at, error: failure } = attempt;
    lines.push(failure === null ? line(at, 'info', 'called back') : line(at, 'warning', `the callback failed: ${failure}`));
  }
  // A stable sort: what has the same time stays in this order.
  return lines.toSorted((a, b) => timeOf(a) - timeOf(b));
}

/** What is so now comes after all that was. */
function timeOf({ at }: LogLine): number {
  return at === null ? Number.MAX_SAFE_INTEGER : Date.parse(at);
}

function line(at: string | null, level: LogLine['level'], message: string): LogLine {
  return { at, level, message };
}

function stepsOf(resource: EventResource): readonly LogLine[] {
  return listIn(resource, 'steps').flatMap(({ step, started_at, seconds }) =>
    typeof started_at === 'string' ? [line(started_at, 'info', `${String(step)}: ${String(seconds)} s`)] : [],
  );
}

function warningsOf(resource: EventResource): readonly LogLine[] {
  return listIn(resource, 'warnings').map(({ code, message }) =>
    line(resource.completedAt, 'warning', `${String(code)}: ${String(message)}`),
  );
}

/** A list of objects in the action's result, or none. */
function listIn({ result }: EventResource, name: string): readonly Readonly<Record<string, unknown>>[] {
  const action = result?.['action'];
  const list: unknown = typeof action === 'object' && action !== null ? Reflect.get(action, name) : null;
  return Array.isArray(list) ? list.filter((item) => typeof item === 'object' && item !== null) : [];
}
