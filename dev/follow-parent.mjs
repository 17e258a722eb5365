const LOOK_EVERY_MS = 500;

/**
 * Has a process that npm has started told to stop, by SIGHUP, when npm is gone: npm passes on SIGTERM and SIGINT, but a SIGHUP
 * ends npm alone, as SIGKILL does, and whoever ends npm means what it runs.
 *
 * @returns {void}
 */
export function followParent() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGHUP');
  }, LOOK_EVERY_MS);
  timer.unref();
}
