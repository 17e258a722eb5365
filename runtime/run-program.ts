/**
 * Runs a process's program. Where it can't go on, says why in a sentence and ends the process, with whatever of it is still open.
 * What is wrong with a program, and not with its surroundings, is shown with its stack.
 */
export async function runProgram(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    process.stderr.write(`tickless: ${describeFault(error)}\n`);
    process.exit(1);
  }
}

const BUGS = [TypeError, ReferenceError, RangeError, SyntaxError];

function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return BUGS.some((kind) => error instanceof kind) ? (error.stack ?? error.message) : error.message;
}
