// One of the processes that take the same stale locks at the same moments; see service-lock.test.ts.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../../engine/engine-error.ts';
import { takeServiceLock } from '../../../engine/service-lock.ts';

const [root = '', rounds = '0'] = process.argv.slice(2);

writeFileSync(join(root, `ready-${process.pid}`), '');
for (let round = 0; round < Number(rounds); round += 1) {
  while (!existsSync(join(root, `go-${round}`)));
  const directory = join(root, `round-${round}`);
  writeFileSync(join(directory, `${tryToTake(directory)}-${process.pid}`), '');
}
// Alive until the others are through, as its locks would be stale otherwise.
while (!existsSync(join(root, 'done'))) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);

function tryToTake(directory: string): 'won' | 'lost' {
  try {
    takeServiceLock(directory);
    return 'won';
  } catch (error) {
    if (error instanceof EngineError) return 'lost';
    throw error;
  }
}
