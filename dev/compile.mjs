import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Compiles a TypeScript program with everything of its project that it imports into a few files of JavaScript, unless that
 * was done before with these same sources: compiled module by module as they are read, a service takes twice as long to
 * start, and what a crash interrupted waits for that. Plain JavaScript, since it runs before anything else can.
 *
 * @param {string} root the project's folder, in whose `.cache` the result is kept
 * @param {string} entry a file, relative to it, such as `dev/main.ts`
 * @param {{ cache?: string }} options where the result is kept instead, from where it finds the packages that the project finds
 * @returns {Promise<string>} the address of the compiled program
 * @throws if the sources have errors, or the result can't be kept
 */
export async function compile(root, entry, options = {}) {
  const cache = join(options.cache ?? join(root, '.cache/tickless'), entry.replaceAll(/\W/g, '-'));
  const programIn = (digest) => pathToFileURL(join(cache, digest, entry.replace(/\.m?ts$/, '.js'))).href;
  const latest = readJson(join(cache, 'latest.json'));
  if (latest !== null && isCurrent(root, cache, latest)) return programIn(latest.digest);

  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, 'draft-'));
  try {
    // Others may run what one of them has compiled.
    chmodSync(draft, 0o755);
    const { sources, outputs } = await bundle(root, entry, draft);
    const digest = digestOf(root, sources);
    const made = { files: [...sources.keys()], digest, outputs };
    keep(draft, join(cache, digest), () => isWhole(cache, made));
    writeFileSync(`${draft}.json`, JSON.stringify(made));
    renameSync(`${draft}.json`, join(cache, 'latest.json'));
    return programIn(digest);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Resolves with the sources as they were read, by file, and the bytes of what was written, by file. */
async function bundle(root, entry, outdir) {
  const sources = new Map();
  const { build } = await import('esbuild');
  const read = {
    name: 'read',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.m?ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (/import\.meta\.(?!url\b)/.test(source)) throw new Error(`${path}: of import.meta only url is known here`);
        sources.set(relative(root, path), source);
        // What a module finds from its own place is beside its source.
        return { contents: source.replaceAll('import.meta.url', () => JSON.stringify(pathToFileURL(path).href)), loader: 'ts' };
      }),
  };
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outbase: root,
    outdir,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [read],
  });
  // What else it has read, as JSON and JavaScript of the project.
  for (const name of Object.keys(metafile.inputs)) {
    if (!sources.has(name) && existsSync(join(root, name))) sources.set(name, readFileSync(join(root, name), 'utf8'));
  }
  const outputs = Object.entries(metafile.outputs).map(([file, { bytes }]) => [relative(outdir, join(root, file)), bytes]);
  return { sources, outputs };
}

/** Another process may have put the same there meanwhile. */
function keep(draft, folder, isThere) {
  if (isThere()) return;
  rmSync(folder, { recursive: true, force: true });
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!isThere()) throw error;
  }
}

function isCurrent(root, cache, latest) {
  try {
    const sources = new Map(latest.files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
    return digestOf(root, sources) === latest.digest && isWhole(cache, latest);
  } catch {
    return false;
  }
}

/** All of it can be read, and has its length: after a power cut a file may have none. */
function isWhole(cache, { digest, outputs }) {
  try {
    return outputs.every(([file, bytes]) => {
      const path = join(cache, digest, file);
      accessSync(path, constants.R_OK);
      return statSync(path).size === bytes;
    });
  } catch {
    return false;
  }
}

/** Of the project's place too, which is compiled in, and of how it is done. */
function digestOf(root, sources) {
  const hash = createHash('sha256').update(`${root}\n`);
  const how = [fileURLToPath(import.meta.url), join(root, 'tsconfig.json'), createRequire(import.meta.url).resolve('esbuild/package.json')];
  for (const file of how) if (existsSync(file)) hash.update(readFileSync(file));
  for (const file of [...sources.keys()].toSorted((one, other) => (one < other ? -1 : 1)))
    hash.update(`${file}\n`).update(sources.get(file));
  return hash.digest('hex').slice(0, 32);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
