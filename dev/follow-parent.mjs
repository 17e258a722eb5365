const LOOK_EVERY_MS = 500;

/**
 * Has this process told to stop, by SIGHUP, when the one that has started it is gone, however that ended: SIGKILL leaves it no
 * time to say so, and npm passes on SIGTERM and SIGINT, but a SIGHUP ends npm alone.
 *
 * @returns {void}
 */
export function followParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGHUP');
  }, LOOK_EVERY_MS);
  timer.unref();
}

/**
 * Follows npm, where npm has started this process. Whoever ends npm means what it runs; a shell may end before its service.
 *
 * @returns {void}
 */
export function followNpm() {
  if (process.env.npm_lifecycle_event !== undefined) followParent();
}
