import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/service-process.ts';

/** The same load on a bare workflow of the same shape: what the SDK and the server leave of this machine. */
export async function withBare<T>(use: (url: string) => Promise<T>): Promise<T> {
  const port = await freePort();
  const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
  const bare = spawn(process.execPath, ['--import', 'tsx', entry], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(bare.stdout, 'data');
  try {
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    bare.kill('SIGTERM');
    await once(bare, 'exit');
  }
}
