import type { DataConverter } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { TASK_QUEUES } from '../temporal/durable/names.ts';
import { DELIVERY_SLOTS, LIGHT_TASK_SLOTS } from '../domain/riding.ts';
import { beatEvery } from './beat.ts';
import type { WorkerActivities } from './create-worker-activities.ts';

export type Lane = keyof typeof TASK_QUEUES;

export interface StartWorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** The client's. */
  readonly dataConverter?: DataConverter;
  readonly lanes: readonly Lane[];
  readonly activities: WorkerActivities;
  readonly workflowBundle: WorkflowBundleOption;
  /** Heavy stages running at once in this process, and at most two more where limits let them. */
  readonly heavySlots: number;
}

export interface Workers {
  /** Rejects when a worker dies by itself: the process is then of no use. */
  readonly failed: Promise<never>;
  /** Takes no new tasks, lets those under way end, and resolves when they have. */
  stop(): Promise<void>;
}

// Of the 10 s that a shutdown may take; what isn't done by then is tried again elsewhere.
const GRACE_MS = 5_000;
// What has been told to stop and hasn't by now is cut off.
const FORCE_MS = 7_000;
const HANDED_OVER_GRACE_MS = 1_000;
// Each only waits for an attempt that has its connection already.
const ASKED_AT_ONCE = 1_000;
// A poll reserves a slot before there is a task, and the next poll another one. As many slots besides leave one free for
// whoever was granted a permit, and its activity comes with the engine's answer (eagerly) instead of by way of the queue:
// with five pollers for five slots that never happened.
const POLLING_SLOTS = 2;
// The silence of those who died is noticed by timeouts of `workflows/watched.ts` and `workflows/ask-sender.ts`.
const BEAT_EVERY_MS = { delivery: 1_000, sender: 500 } as const;

/** Creates and runs a worker for each lane, and one that is asked of what this process alone knows. Eager starts need the connection to be the client's own. */
export async function startWorkers(options: StartWorkersOptions): Promise<Workers> {
  const workers: Worker[] = [];
  const runs: Promise<void>[] = [];
  const stop = async (): Promise<void> => {
    const [sender, ...lanes] = workers;
    for (const worker of lanes) shutDown(worker);
    // In this order: what is in flight ends with its callback, only then nothing more can be handed over, and of what was, those
    // who ask hear until the end.
    await Promise.allSettled(runs.slice(1));
    await options.activities.close(HANDED_OVER_GRACE_MS);
    if (sender !== undefined) shutDown(sender);
    await Promise.allSettled(runs);
  };
  try {
    // One after the other, each at work while the next is made: what a crash interrupted waits for the first of them.
    for (const settings of [senderOptions(options), ...options.lanes.map((lane) => workerOptions(lane, options))]) {
      const worker = await Worker.create(settings);
      workers.push(worker);
      const run = worker.run();
      // Told of once all are there.
      run.catch(() => undefined);
      runs.push(run);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const failed = Promise.race(runs).then(() => new Promise<never>(() => undefined));
  // One may fail before anybody listens.
  failed.catch(() => undefined);
  return { failed, stop };
}

function shutDown(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}

function commonOptions({ connection, namespace, dataConverter }: StartWorkersOptions): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection,
    namespace,
    ...(dataConverter && { dataConverter }),
    shutdownGraceTime: GRACE_MS,
    shutdownForceTime: FORCE_MS,
  };
}

function beating(everyMs: number): Partial<WorkerOptions> {
  return { interceptors: { activity: [beatEvery(everyMs)] }, maxHeartbeatThrottleInterval: everyMs };
}

/** Of the worker that this process is asked by. */
function senderOptions(options: StartWorkersOptions): WorkerOptions {
  const { sender, activities } = options.activities;
  return {
    ...commonOptions(options),
    taskQueue: sender,
    activities: { awaitAttempt: activities.awaitAttempt },
    ...beating(BEAT_EVERY_MS.sender),
    maxConcurrentActivityTaskExecutions: ASKED_AT_ONCE,
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
  };
}

function workerOptions(lane: Lane, options: StartWorkersOptions): WorkerOptions {
  const { activities, workflowBundle, heavySlots } = options;
  const common: WorkerOptions = {
    ...commonOptions(options),
    taskQueue: TASK_QUEUES[lane],
    activities: { ...activities.activities },
  };
  const sticky: Partial<WorkerOptions> = {
    workflowBundle,
    // A vanished process's workflows are taken over after this time.
    stickyQueueScheduleToStartTimeout: '1s',
    maxHeartbeatThrottleInterval: '1s',
  };
  // An origin that hangs or is slow holds an eighth of them at most, for 30 s.
  if (lane === 'delivery') return { ...common, ...beating(BEAT_EVERY_MS.delivery), maxConcurrentActivityTaskExecutions: DELIVERY_SLOTS };
  if (lane === 'heavy') {
    return {
      ...common,
      ...sticky,
      maxConcurrentActivityTaskExecutions: heavySlots + POLLING_SLOTS,
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
      maxCachedWorkflows: 500,
    };
  }
  return {
    ...common,
    ...sticky,
    enableNonLocalActivities: false,
    // A callback that rides holds a slot for a second or three: with few of them healthy events would stand behind slow receivers.
    maxConcurrentWorkflowTaskExecutions: LIGHT_TASK_SLOTS,
    maxConcurrentLocalActivityExecutions: LIGHT_TASK_SLOTS,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
    maxCachedWorkflows: 500,
  };
}
