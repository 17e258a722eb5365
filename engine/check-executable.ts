import { runCommand } from './run-command.ts';
import { parseVersion, PINNED_VERSION } from './version.ts';

export type ExecutableCheck = { readonly fits: true } | { readonly fits: false; readonly reason: string };

/** Asks the executable for its version and says whether it holds the pinned server. */
export async function checkExecutable(path: string): Promise<ExecutableCheck> {
  const { ok, output } = await runCommand({ file: path, arguments: ['--version'], timeoutMs: 10_000 });
  if (!ok) return { fits: false, reason: `it does not run: ${output}` };
  const version = parseVersion(output);
  if (version === undefined) return { fits: false, reason: 'it does not say which Temporal server it holds' };
  if (version.server === PINNED_VERSION.server) return { fits: true };
  return { fits: false, reason: `it holds server ${version.server}; needed is ${PINNED_VERSION.server} (CLI ${PINNED_VERSION.cli})` };
}
