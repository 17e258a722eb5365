/** Says what is being done, and every 10 s that it still is: a silent minute looks like a hang. */
export async function withProgress<T>(message: string, progress: (message: string) => void, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  progress(message);
  const timer = setInterval(() => progress(`${message} ${Math.round((performance.now() - startedAt) / 1_000)} s`), 10_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
