import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { dirname, resolve } from 'node:path';

/** As Node writes it with `--cpu-prof`: a tree of calls, and which of them was running at each sample. */
export interface CpuProfile {
  readonly nodes: readonly CpuNode[];
  /** Microseconds of the clock that `process.hrtime` shows. */
  readonly startTime: number;
  readonly samples: readonly number[];
  /** Microseconds from one sample to the next; the first from the start. */
  readonly timeDeltas: readonly number[];
}

interface CpuNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number; readonly columnNumber: number };
  readonly children?: readonly number[];
}

/** Whose code a call is: a package's, a file of ours, Node's own, or nobody's. */
interface NamedPlace {
  readonly kind: 'package' | 'file' | 'runtime';
  readonly name: string;
}
export type Place = NamedPlace | { readonly kind: 'builtin' } | { readonly kind: 'idle' };

export interface SelfTime {
  readonly name: string;
  readonly selfMs: number;
  /** With what it called of Node itself, such as JSON.parse or a socket's write. */
  readonly withBuiltinsMs: number;
}

export interface SelfTimes {
  readonly busyMs: number;
  readonly packages: readonly SelfTime[];
  /** Our own files. */
  readonly files: readonly SelfTime[];
}

export interface Window {
  readonly fromUs: number;
  readonly toUs: number;
}

const OURS = 'tickless';
const NODE: NamedPlace = { kind: 'runtime', name: 'node' };

/** Time by place in a part of a profile, most first. */
export function selfTimes(profile: CpuProfile, { fromUs, toUs }: Window, placeOf: (frame: CpuNode['callFrame']) => Place): SelfTimes {
  const nodes = new Map(profile.nodes.map((node) => [node.id, { place: placeOf(node.callFrame), parent: 0 }]));
  for (const { id, children = [] } of profile.nodes) {
    for (const child of children) {
      const node = nodes.get(child);
      if (node !== undefined) node.parent = id;
    }
  }
  const packages = new Map<string, { name: string; selfMs: number; withBuiltinsMs: number }>();
  const files: typeof packages = new Map();
  const add = (times: typeof packages, name: string, selfMs: number, withBuiltinsMs: number): void => {
    const time = times.get(name) ?? { name, selfMs: 0, withBuiltinsMs: 0 };
    times.set(name, { name, selfMs: time.selfMs + selfMs, withBuiltinsMs: time.withBuiltinsMs + withBuiltinsMs });
  };
  /** Who called Node, through whatever of Node. */
  const callerOf = (id: number): NamedPlace => {
    const node = nodes.get(id);
    if (node === undefined || node.place.kind === 'idle') return NODE;
    return node.place.kind === 'builtin' ? callerOf(node.parent) : node.place;
  };

  let busyMs = 0;
  let atUs = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    atUs += profile.timeDeltas[index] ?? 0;
    const ms = (profile.timeDeltas[index + 1] ?? 0) / 1_000;
    const place = nodes.get(id)?.place;
    if (atUs < fromUs || atUs >= toUs || place === undefined || place.kind === 'idle') continue;
    busyMs += ms;
    const self = place.kind === 'builtin' ? NODE : place;
    const caller = callerOf(id);
    add(packages, self.kind === 'file' ? OURS : self.name, ms, 0);
    add(packages, caller.kind === 'file' ? OURS : caller.name, 0, ms);
    if (self.kind === 'file') add(files, self.name, ms, 0);
    if (caller.kind === 'file') add(files, caller.name, 0, ms);
  }
  const sorted = (times: typeof packages): readonly SelfTime[] => [...times.values()].sort((a, b) => b.withBuiltinsMs - a.withBuiltinsMs);
  return { busyMs, packages: sorted(packages), files: sorted(files) };
}

/**
 * Names the places of this service's threads.
 * @param root of the source tree, with a slash at its end
 * @param bundlePath of the workflow code, whose own source map says what is in it
 */
export async function createPlaceOf(root: string, bundlePath: string): Promise<(frame: CpuNode['callFrame']) => Place> {
  const bundle = await readFile(bundlePath, 'utf8');
  const [, encoded = ''] = /\/\/# sourceMappingURL=data:application\/json;[^,]*base64,(\S+)\s*$/.exec(bundle) ?? [];
  const map = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString()) as SourceMapPayload);
  const compiled = new Map<string, SourceMap | null>();
  const withoutRoot = (path: string): string => (path.startsWith(root) ? path.slice(root.length) : path);

  return ({ functionName, url, lineNumber, columnNumber }) => {
    if (functionName === '(idle)' || functionName === '(root)') return { kind: 'idle' };
    if (functionName === '(garbage collector)') return { kind: 'runtime', name: 'garbage collector' };
    if (functionName === '(program)') return { kind: 'runtime', name: 'native code, not called by JavaScript' };
    // What the SDK compiles for each call into its sandbox.
    if (url === 'evalmachine.<anonymous>') return { kind: 'package', name: '@temporalio/worker' };
    const path = url.replace(/^file:\/\//, '').replace(/\?.*$/, '');
    if (path === bundlePath || /workflow-bundle-[0-9a-f]+\.js$/.test(path)) {
      const entry = map.findEntry(lineNumber, columnNumber);
      // It has none for what webpack itself put around the modules.
      const source = 'originalSource' in entry ? (entry.originalSource as string | undefined) : undefined;
      if (source === undefined) return { kind: 'package', name: 'webpack' };
      return inPackage(source) ?? { kind: 'file', name: withoutRoot(source.replace(/^webpack:\/\/[^/]*\/(\.\/)?/, '')) };
    }
    if (!path.startsWith('/')) return { kind: 'builtin' };
    if (!compiled.has(path)) compiled.set(path, readMap(path));
    const ours = compiled.get(path) ?? null;
    if (ours !== null) {
      const entry = ours.findEntry(lineNumber, columnNumber);
      return { kind: 'file', name: 'originalSource' in entry ? withoutRoot(resolve(dirname(path), entry.originalSource)) : 'esbuild' };
    }
    return inPackage(path) ?? { kind: 'file', name: withoutRoot(path) };
  };
}

/** Of what `dev/compile.mjs` has made; null of other files. */
function readMap(path: string): SourceMap | null {
  if (!path.includes('/.cache/tickless/') || !existsSync(`${path}.map`)) return null;
  return new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')) as SourceMapPayload);
}

function inPackage(path: string): Place | undefined {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return name === undefined ? undefined : { kind: 'package', name };
}
