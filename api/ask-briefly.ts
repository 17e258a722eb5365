// Whoever reads doesn't wait for handlers that run.
const PATIENCE_MS = 200;

/** What `asked` comes to; where that takes long or fails, what is `known` already, if anything. */
export async function askBriefly<Value>(asked: Promise<Value>, known: () => Value | null): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  try {
    const answer = await Promise.race([asked.then((value) => ({ value })), late]);
    return answer === null ? (known() ?? (await asked)) : answer.value;
  } catch (error) {
    const instead = known();
    if (instead === null) throw error;
    return instead;
  } finally {
    clearTimeout(timer);
  }
}
