import type { BatchProgress } from '../client/batch-types.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { EventProgress } from '../client/create-client.ts';
import type { EventResource, HandlerResource } from '../domain/event-resource.ts';
import type { EventSummary } from '../domain/event-summary.ts';
import type { EventTree, EventTreeNode } from '../domain/event-tree.ts';
import type { LimitResource } from '../domain/limit-resource.ts';
import type { Why } from '../domain/why.ts';

/** Makes a status stand out; the identity where there are no colours. */
export type Paint = (status: string) => string;

const [RED, GREEN, YELLOW, CYAN] = [31, 32, 33, 36];
const COLOURS: Readonly<Record<string, number | undefined>> = {
  completed: GREEN,
  failed: RED,
  partial: RED,
  cancelled: YELLOW,
  running: CYAN,
  ok: GREEN,
  warning: YELLOW,
  fault: RED,
};

export function createPaint(hasColors: boolean): Paint {
  return (status) => {
    const colour = COLOURS[status.trim()];
    return hasColors && colour !== undefined ? `\u001b[${colour}m${status}\u001b[39m` : status;
  };
}

/** @param withData also what was sent, for somebody who hasn't just done so */
export function renderEvent(event: EventResource, paint: Paint, { withData = false } = {}): string {
  const { queuedMs, runMs } = event.timings;
  return lines(`${event.id}  ${event.type}  ${event.tier}  ${paint(event.status)}`, [
    ['accepted', event.acceptedAt],
    ['timings', `queued ${milliseconds(queuedMs)}, ran ${milliseconds(runMs)}`],
    ['stage', event.stage],
    ['data', withData ? (JSON.stringify(event.data) ?? null) : null],
    ['progress', event.progress && renderProgress(event.progress)],
    ['result', event.result && JSON.stringify(event.result)],
    ...Object.entries(event.handlers).map(([name, handler]) => ['handler', renderHandler(name, handler, paint)] as const),
    ['error', event.error && `${event.error.code}: ${event.error.message}`],
    ['callback', event.callback.status === 'none' ? null : `${event.callback.status}  ${event.callback.url}`],
    ['workflow', event.workflow.url],
  ]);
}

function renderHandler(name: string, { status, attempts, error }: HandlerResource, paint: Paint): string {
  const fault = error === null ? '' : `  ${error.code}: ${error.message}`;
  return `${name}  ${paint(status)}  ${attemptsText(attempts)}${fault}`;
}

function attemptsText(attempts: number): string {
  return `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
}

/** One line, without a line's end. */
export function renderEventProgress({ id, status, stage, progress }: EventProgress): string {
  return [id, status, stage, progress && renderProgress(progress)].filter(Boolean).join('  ');
}

export function renderWhy({ id, status, summary, since, details: { failures = [], ...details } }: Why, paint: Paint): string {
  const entries = Object.entries(details).filter(([, value]) => value !== null && value !== undefined);
  return lines(`${id}  ${paint(status)}  ${summary}`, [
    ['since', since],
    ...failures.map(
      ({ at, code, message, attempts }) => ['failed', `${at ?? '–'}  ${attemptsText(attempts)}  ${code}: ${message}`] as const,
    ),
    ...entries.map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const),
  ]);
}

/** A line for each event, below the one that has caused it. */
export function renderTree({ root, truncated }: EventTree, paint: Paint): string {
  const rows = [...treeLines(root, 0, paint), ...(truncated ? ['… and more'] : [])];
  return `${rows.join('\n')}\n`;
}

function treeLines({ id, type, status, children }: EventTreeNode, depth: number, paint: Paint): readonly string[] {
  const line = `${'  '.repeat(depth)}${id}  ${type ?? '–'}  ${paint(status)}`;
  return [line, ...children.flatMap((child) => treeLines(child, depth + 1, paint))];
}

export function renderEvents(events: readonly EventSummary[], paint: Paint): string {
  const rows = events.map(({ id, type, tier, status, acceptedAt }) => [id, type, tier, status, acceptedAt]);
  return table(['ID', 'TYPE', 'TIER', 'STATUS', 'ACCEPTED'], rows, paint);
}

export function renderLimits(limits: readonly LimitResource[], paint: Paint): string {
  const rows = limits.map(({ key, capacity, reserved, holders, otherHolders, waiting }) =>
    [key, capacity, reservedOf(reserved), holders.length + otherHolders, waiting].map(String),
  );
  return table(['KEY', 'CAPACITY', 'RESERVED', 'HOLDERS', 'WAITING'], rows, paint);
}

/** `critical 2, high 1`; `–` where nothing is. */
function reservedOf(reserved: LimitResource['reserved']): string {
  const kept = Object.entries(reserved).filter(([, count]) => count > 0);
  return kept.length === 0 ? '–' : kept.map(([tier, count]) => `${tier} ${count}`).join(', ');
}

export function renderLimit(limit: LimitResource, paint: Paint): string {
  const { holders, waiters } = limit;
  return lines(renderLimits([limit], paint).trimEnd(), [
    ...holders.map(({ event, since }) => ['holder', `${event}  since ${since}`] as const),
    ...waiters.map(({ event, tier, position, since }) => ['waiter', `${position}  ${event}  ${tier}  since ${since}`] as const),
  ]);
}

const BAR_CELLS = 24;

/** One line, without a line's end. */
export function renderBatchProgress({ status, counts, percent, ratePerSecond, etaSeconds }: BatchProgress): string {
  const full = Math.max(0, Math.min(BAR_CELLS, Math.floor((percent / 100) * BAR_CELLS)));
  const done = counts.completed + counts.failed + counts.cancelled;
  return [
    `[${'#'.repeat(full)}${'-'.repeat(BAR_CELLS - full)}]`,
    `${Math.floor(percent)}%`,
    `${done}/${counts.total}`,
    status !== 'running' && status,
    counts.failed > 0 && `${counts.failed} failed`,
    ratePerSecond !== null && `${Math.round(ratePerSecond)}/s`,
    etaSeconds !== null && `${Math.ceil(etaSeconds)} s left`,
  ]
    .filter((part) => part !== false)
    .join('  ');
}

export function renderBatch({ id, status, counts, failures }: BatchResource, paint: Paint): string {
  const { total, completed, failed, cancelled } = counts;
  return lines(`${id}  ${paint(status)}  ${total} events: ${completed} completed, ${failed} failed, ${cancelled} cancelled`, [
    ...failures.map(({ cause, count, example }) => ['failed', `${count} × ${cause}, such as ${example}`] as const),
  ]);
}

function renderProgress({ step, percent, message }: NonNullable<EventResource['progress']>): string {
  return `${Math.round(percent)}%  ${step}  ${message}`.trimEnd();
}

function milliseconds(ms: number | null): string {
  return ms === null ? '–' : `${ms} ms`;
}

/** A line, and below it one for each detail that isn't null. */
export function lines(head: string, details: readonly (readonly [name: string, value: string | null])[]): string {
  const shown = details.filter(([, value]) => value !== null);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return [head, ...shown.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].map((line) => `${line}\n`).join('');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const write = (row: readonly string[], show: Paint): string =>
    `${row.map((cell, column) => show(column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ')}\n`;
  return [write(head, (cell) => cell), ...rows.map((row) => write(row, paint))].join('');
}
