import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const resolveDir = fileURLToPath(new URL('../../../', import.meta.url));

async function bundle(contents: string) {
  return build({
    stdin: { contents, resolveDir, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    external: ['zod'],
    logLevel: 'silent',
  });
}

it('is less than 15 KB in a browser, and needs neither Node’s modules nor a package', async () => {
  const { outputFiles, metafile } = await bundle(`import * as tickless from './index.ts'; console.log(tickless);`);

  const [file] = outputFiles;
  expect(gzipSync(file?.contents ?? '', { level: 9 }).length).toBeLessThan(15 * 1024);
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  expect(Object.keys(metafile.inputs).filter((path) => path.includes('node_modules'))).toEqual([]);
  // What Node has without an import, and browsers don't.
  expect(file?.text).not.toMatch(/\b(?:Buffer|process|require|setImmediate|global)\b[.(]/);
});

it('would be found to need a module of Node’s', async () => {
  await expect(bundle(`import { EventEmitter } from 'node:events'; console.log(EventEmitter);`)).rejects.toThrow('node:events');
});
