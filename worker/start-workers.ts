import type { DataConverter } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { TASK_QUEUES } from '../temporal/durable/names.ts';
import { DELIVERY_SLOTS, LIGHT_TASK_SLOTS } from '../domain/riding.ts';
import { within } from '../runtime/within.ts';
import { beatEvery } from './beat.ts';
import { prepareThreads } from './prepare-threads.ts';
import { createSlotSupplier } from './slot-supplier.ts';
import type { StageSlots } from './worker-slots.ts';
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
  /** At most two more are taken where limits let them. */
  readonly stageSlots: StageSlots;
}

export interface Workers {
  /** Rejects when a worker dies by itself: the process is then of no use. */
  readonly failed: Promise<never>;
  /** Takes no new tasks, lets those under way end, and resolves when they have. */
  stop(): Promise<void>;
}

// A shutdown may take 10 s in all; what isn't done by then is tried again elsewhere.
const STOP_WITHIN_MS = {
  /** First attempts end with their events, or are handed over. */
  light: 2_000,
  /** Deliveries ask for what was handed over to them, of workers that are still there to run them. */
  asked: 500,
  /** What is under way on the other lanes is let end, then told to stop, then cut off. */
  grace: 4_000,
  force: 5_000,
  /** What was handed over is let end, then broken off, and those who ask hear of it. */
  handedOver: 1_000,
  answers: 500,
} as const;
// Each only waits for an attempt that has its connection already.
const ASKED_AT_ONCE = 1_000;
// A poll reserves a slot before there is a task, and the next poll another one. As many slots besides leave one free for
// whoever was granted a permit, and its activity comes with the engine's answer (eagerly) instead of by way of the queue:
// with five pollers for five slots that never happened.
const POLLING_SLOTS = 2;
// As the SDK has it where nothing is said.
const COORDINATING_TASKS = 40;
// The silence of those who died is noticed by timeouts of `workflows/watched.ts` and `workflows/ask-sender.ts`.
const BEAT_EVERY_MS = { delivery: 1_000, sender: 700 } as const;

/** Creates and runs a worker for each lane, and one that is asked of what this process alone knows. Eager starts need the connection to be the client's own. */
export async function startWorkers(options: StartWorkersOptions): Promise<Workers> {
  const running = new Map<Lane | 'sender', { readonly worker: Worker; readonly run: Promise<void> }>();
  const start = async (name: Lane | 'sender', settings: WorkerOptions): Promise<void> => {
    const worker = await Worker.create(settings);
    options.activities.endCounter.watch(worker);
    const run = worker.run();
    // Told of once all are there.
    run.catch(() => undefined);
    running.set(name, { worker, run });
  };
  const end = async (names: readonly (Lane | 'sender')[]): Promise<void> => {
    const ending = names.flatMap((name) => running.get(name) ?? []);
    for (const { worker } of ending) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.allSettled(ending.map(({ run }) => run));
  };
  const stop = async (): Promise<void> => {
    await within(end(['light']), STOP_WITHIN_MS.light);
    await options.activities.whenAskedFor(STOP_WITHIN_MS.asked);
    await end(options.lanes);
    await options.activities.close(STOP_WITHIN_MS.handedOver);
    await end(['sender']);
  };
  prepareThreads();
  try {
    // One after the other, each at work while the next is made: what a crash interrupted waits for the first of them.
    for (const lane of options.lanes) await start(lane, workerOptions(lane, options));
    await start('sender', senderOptions(options));
  } catch (error) {
    await stop();
    throw error;
  }
  const failed = Promise.race([...running.values()].map(({ run }) => run)).then(() => new Promise<never>(() => undefined));
  // One may fail before anybody listens.
  failed.catch(() => undefined);
  return { failed, stop };
}

function commonOptions({ connection, namespace, dataConverter }: StartWorkersOptions): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection,
    namespace,
    ...(dataConverter && { dataConverter }),
    shutdownGraceTime: STOP_WITHIN_MS.grace,
    shutdownForceTime: STOP_WITHIN_MS.force,
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
    // Each takes a question at a time, and the next only once the engine has that on disk.
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 4 },
    shutdownGraceTime: STOP_WITHIN_MS.answers,
    shutdownForceTime: STOP_WITHIN_MS.answers,
  };
}

function workerOptions(lane: Lane, options: StartWorkersOptions): WorkerOptions {
  const { activities, workflowBundle, stageSlots } = options;
  // Stages have names of their own, which no other lane takes.
  const { default: stage, ...withoutDefault } = activities.activities;
  const common: WorkerOptions = {
    ...commonOptions(options),
    taskQueue: TASK_QUEUES[lane],
    activities: withoutDefault,
  };
  const sticky: Partial<WorkerOptions> = {
    workflowBundle,
    sinks: activities.endCounter.sinks,
    // A vanished process's workflows are taken over after this time.
    stickyQueueScheduleToStartTimeout: '1s',
    maxHeartbeatThrottleInterval: '1s',
  };
  // An origin that hangs or is slow holds an eighth of them at most, for 30 s.
  if (lane === 'delivery') return { ...common, ...beating(BEAT_EVERY_MS.delivery), maxConcurrentActivityTaskExecutions: DELIVERY_SLOTS };
  if (lane === 'reserved') {
    return {
      ...common,
      activities: { default: stage },
      maxHeartbeatThrottleInterval: '1s',
      maxConcurrentActivityTaskExecutions: stageSlots.reserved + POLLING_SLOTS,
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
    };
  }
  if (lane === 'heavy') {
    return {
      ...common,
      ...sticky,
      activities: { ...withoutDefault, default: stage },
      tuner: {
        activityTaskSlotSupplier: createSlotSupplier(stageSlots.heavy + POLLING_SLOTS, stageSlots.isBusy),
        workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: COORDINATING_TASKS },
        localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: COORDINATING_TASKS },
        nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
      },
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
