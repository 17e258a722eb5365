// Timers fire at once when asked for more.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a promise comes to, or null if it takes longer; it then goes on unheard. */
export async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), Math.min(timeoutMs, MAX_TIMER_MS));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
