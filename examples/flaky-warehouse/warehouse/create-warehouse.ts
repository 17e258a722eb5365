import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * A warehouse that does a thing once for each idempotency key, and fails with every fifth key when it first comes: by turns before
 * it has done anything, and after, so that only its answer is lost. `GET /done` lists what it has done.
 */
export function createWarehouse({ countMs }: { readonly countMs: number }): Server {
  const answers = new Map<string, object>();
  const done: string[] = [];
  const seen = new Set<string>();

  async function answer(path: string, key: string): Promise<[status: number, body: object]> {
    const failsAt = seen.has(key) || (seen.size + 1) % 5 !== 0 ? 'nothing' : (seen.size + 1) % 10 === 0 ? 'the end' : 'the beginning';
    seen.add(key);
    if (failsAt === 'the beginning') return [503, {}];
    if (!answers.has(key)) {
      const [, kind, name, work] = path.split('/');
      if (work === 'count') await pause(countMs);
      else if (work !== 'ship') return [404, {}];
      done.push(`${kind}/${name}`);
      answers.set(key, work === 'ship' ? { parcel: `parcel-${name}` } : { parts: 10 });
    }
    return failsAt === 'the end' ? [502, {}] : [200, answers.get(key) ?? {}];
  }

  return createServer((request, response) => {
    const answering =
      request.url === '/done'
        ? Promise.resolve([200, done] as const)
        : answer(request.url ?? '', String(request.headers['idempotency-key']));
    void answering.then(([status, body]) => response.writeHead(status).end(JSON.stringify(body)));
  });
}
