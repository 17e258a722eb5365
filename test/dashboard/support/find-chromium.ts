import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser for the tests: the one that `CHROMIUM` names, one that is installed, or Debian's, installed now where that is allowed. */
export function findChromium(): string {
  const named = process.env['CHROMIUM'];
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM names "${named}", which is not there`);
  }
  const installed = USUAL.find((path) => existsSync(path));
  if (installed !== undefined) return installed;
  return install() ?? fail();
}

/** Null where it can't be done. */
function install(): string | null {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null;
  process.stderr.write('The tests of the dashboard need Chromium: installing it by apt-get …\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update', '-q'], { env, stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', 'chromium', 'fonts-noto-core'], { env, stdio: 'ignore' });
  } catch {
    return null;
  }
  return USUAL.find((path) => existsSync(path)) ?? null;
}

function fail(): never {
  throw new Error(
    `The tests of the dashboard need Chromium. There is none at ${USUAL.join(', ')}, and it could not be installed by apt-get. Install it, or set CHROMIUM to its path.`,
  );
}
