import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Compiles a TypeScript program with everything of its project that it imports into a few files of JavaScript, unless that
 * was done before with these same sources: compiled module by module as they are read, a service takes twice as long to
 * start, and what a crash interrupted waits for that. Plain JavaScript, since it runs before anything else can.
 *
 * @param {string} root the project's folder, in whose `node_modules` the result is kept
 * @param {string} entry a file, relative to it, such as `dev/main.ts`
 * @returns {Promise<string>} the address of the compiled program
 * @throws if the sources have errors, or the result can't be kept
 */
export async function compile(root, entry) {
  const cache = join(root, 'node_modules/.cache/tickless', entry.replaceAll(/\W/g, '-'));
  const programIn = (digest) => pathToFileURL(join(cache, digest, entry.replace(/\.ts$/, '.js'))).href;
  const latest = readJson(join(cache, 'latest.json'));
  if (latest !== null && isCurrent(root, cache, latest)) return programIn(latest.digest);

  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, 'draft-'));
  try {
    const sources = await bundle(root, entry, draft);
    const digest = digestOf(root, sources);
    keep(draft, join(cache, digest));
    writeFileSync(`${draft}.json`, JSON.stringify({ files: [...sources.keys()], digest }));
    renameSync(`${draft}.json`, join(cache, 'latest.json'));
    return programIn(digest);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Resolves with the sources as they were read. */
async function bundle(root, entry, outdir) {
  const sources = new Map();
  const { build } = await import('esbuild');
  const read = {
    name: 'read',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        sources.set(relative(root, path), source);
        // What a module finds from its own place is beside its source.
        return { contents: source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' };
      }),
  };
  await build({
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
    logLevel: 'silent',
    plugins: [read],
  });
  return sources;
}

/** Another process may have put the same there meanwhile. */
function keep(draft, folder) {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

function isCurrent(root, cache, { files, digest }) {
  try {
    return (
      existsSync(join(cache, digest)) &&
      digestOf(root, new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))) === digest
    );
  } catch {
    return false;
  }
}

/** Of the project's place too, which is compiled in, and of how it is done. */
function digestOf(root, sources) {
  const hash = createHash('sha256')
    .update(`${root}\n`)
    .update(readFileSync(fileURLToPath(import.meta.url)));
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
