import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listPages, readPage, root } from '../docs/read-page.ts';
import type { Block } from '../docs/read-page.ts';
import { freePort } from '../support/service-process.ts';

// What a reader does who follows the README and then the pages of docs/, in their order, on one machine: the terminals stay open, the
// ports are the same, and what a page has sent is there for the next.

let home: string;
let script: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tickless-reader-'));
  const project = { service: await freePort(), receiver: await freePort() };
  const clone = { ...project, service: await freePort() };
  const commands: string[] = [];
  for (const step of listPages().flatMap((page) => readPage(page))) {
    // Nobody ends a receiver before it has said what the page says that it does.
    if (step.kind === 'ctrl-c') commands.push(...(TOLD[step.page] ?? []).map((said) => `told "${said}"`), 'ctrl_c');
    else if (step.skipped === null) commands.push(await toCommand(step, step.ofClone ? clone : project));
  }
  script = join(home, 'reader.sh');
  await writeFile(script, [prelude(project, clone), ...commands, 'echo "all of it is done"', ''].join('\n'));
  await mkdir(join(home, 'bin'));
  await writeFile(join(home, 'bin/curl'), CURL);
  await chmod(join(home, 'bin/curl'), 0o755);
});

/** What the terminals have said by the time that a page has them ended, besides what the blocks before it wait for. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  'docs/tutorial.md': ['genuine: event.completed o-1-shipped'],
};

interface Ports {
  readonly service: number;
  readonly receiver: number;
}

/** What a reader does with a block; nothing where it only shows something. */
async function toCommand(block: Block, ports: Ports): Promise<string> {
  const { page, line, language, code, file, stays, ofClone } = block;
  if (file === null && language !== 'sh') return '';
  const kept = join(home, 'blocks', `${page.replaceAll('/', '-')}-${line}`);
  await mkdir(dirname(kept), { recursive: true });
  // Others on this machine may listen where a reader's service would.
  await writeFile(
    kept,
    code.replaceAll(/(?<!\d)3000(?!\d)/g, String(ports.service)).replaceAll(/(?<!\d)4000(?!\d)/g, String(ports.receiver)),
  );
  const said = `echo "=== ${page}:${line}"`;
  if (file !== null) return `${said}; place "${kept}" ${file}`;
  if (stays) return `${said}; stay "${kept}"`;
  return ofClone ? `${said}; with_clone; ( cd "${root}"; . "${kept}" )` : `${said}; . "${kept}"`;
}

function prelude(project: Ports, clone: Ports): string {
  return `
set -eo pipefail
# Each terminal is a group of processes, which Ctrl-C reaches.
set -m
export PORT=${project.service}
terminals=()

# In a terminal of its own, until it says that it is there.
stay() {
  local said="$1.out"
  ( . "$1" ) > "$said" 2>&1 &
  terminals+=($!)
  local until=$((SECONDS + 120))
  while ! grep -qE 'is ready|listens' "$said"; do
    if ! kill -0 $! || [ $SECONDS -gt $until ]; then cat "$said"; return 1; fi
    sleep 0.2
  done
}

told() {
  local until=$((SECONDS + 60))
  while ! grep -qF "$1" "$HOME"/blocks/*.out; do
    if [ $SECONDS -gt $until ]; then echo "no terminal says $1"; return 1; fi
    sleep 0.2
  done
}

ctrl_c() {
  for pid in "\${terminals[@]}"; do kill -INT -- "-$pid" || true; done
  for pid in "\${terminals[@]}"; do wait "$pid" || true; done
  terminals=()
}

# A file of the project has its service start again, if that runs, in less time than a reader takes for the next step.
place() {
  local lock=.tickless/service.lock before=''
  case "$2" in "$HOME"/*) ;; *) before=$(cat "$lock" 2> /dev/null || true) ;; esac
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2"
  if [ -z "$before" ]; then return; fi
  local until=$((SECONDS + 120))
  while [ "$(cat "$lock" 2> /dev/null || echo "$before")" = "$before" ] || ! curl -sf "http://127.0.0.1:$PORT/readyz" > /dev/null; do
    if [ $SECONDS -gt $until ]; then return 1; fi
    sleep 0.2
  done
}

with_clone() {
  if [ -e "$HOME/clone" ]; then return; fi
  echo 'cd "${root}"; PORT=${clone.service} TICKLESS_DATA="$HOME/clone-data" npm start' > "$HOME/clone"
  stay "$HOME/clone"
}

trap 'ctrl_c > /dev/null 2>&1; cat "$HOME"/blocks/*.out > "$HOME/terminals"' EXIT
`;
}

// What a service refuses is an error here.
const CURL = `#!/bin/bash
case "$1" in -sf) ;; *) set -- --fail-with-body "$@" ;; esac
PATH=$(echo "$PATH" | sed 's/^[^:]*://') exec curl "$@"
`;

afterAll(() => rm(home, { recursive: true, force: true }));

it('does what the README and the pages say, in their order', { timeout: 900_000 }, async () => {
  // The reader's own home, but for what would be downloaded or built anew.
  const caches = { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), npm_config_cache: join(homedir(), '.npm') };
  const { TEMPORAL_ADDRESS: _address, TICKLESS_DATA: _data, ...inherited } = process.env;
  const env = {
    ...inherited,
    ...caches,
    npm_config_userconfig: join(homedir(), '.npmrc'),
    HOME: home,
    PATH: `${join(home, 'bin')}:${inherited['PATH']}`,
  };
  // In a group of its own, with all that it starts.
  const reader = spawn('bash', [script], { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [reader.stdout, reader.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(reader, 'exit')) as [number | null];
  expect(output.slice(-6_000)).toMatch(/all of it is done\n$/);
  expect(code).toBe(0);
  const told = await readFile(join(home, 'terminals'), 'utf8');
  for (const said of [
    'genuine: event.completed o-1-shipped',
    'genuine: event.completed ship-1',
    "parcel: 'box-o-2'",
    'genuine: event.completed told-1',
  ]) {
    expect(told).toContain(said);
  }
  expect(told).not.toContain('not genuine');
  expect(output).toContain('completed USD 12.50 to sales');
});
