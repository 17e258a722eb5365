import { fileURLToPath } from 'node:url';
import workerThreads, { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';

const PRELOAD = fileURLToPath(new URL('./sandbox-preload.cjs', import.meta.url));
const OF_THE_SDK = /[\\/]workflow-worker-thread\.js$/;

class PreparedWorker extends Worker {
  constructor(file: string | URL, options: WorkerOptions = {}) {
    super(file, OF_THE_SDK.test(String(file)) ? { ...options, execArgv: ['--require', PRELOAD] } : options);
  }
}

/**
 * Has each thread in which the SDK runs workflows begin with `sandbox-preload.cjs`. The SDK starts them without options, and what is
 * started as an installed command can't be given any of Node's (`--require`), which threads would inherit.
 */
export function prepareThreads(): void {
  // The module's own object, where the SDK looks it up.
  workerThreads.Worker = PreparedWorker;
}
