import { afterEach, describe, expect, it } from 'vitest';
import { startServer } from '../../../api/start-server.ts';
import type { HttpServer } from '../../../api/start-server.ts';
import type { BatchStatus } from '../../../domain/batch.ts';
import { createFakeBatches } from '../../support/fake-batches.ts';
import type { FakeBatches } from '../../support/fake-batches.ts';
import { callCli } from './call-cli.ts';
import type { CliCall } from './call-cli.ts';

const LINES = '{"type":"joy","data":{"intensity":0.3}}\n{}\n';

let server: HttpServer;
let fake: FakeBatches;
afterEach(() => server.stop(1_000));

async function batch(ends: BatchStatus, parameters: readonly string[], more: CliCall = {}) {
  fake = createFakeBatches({ ends });
  server = await startServer({ fetch: fake.fetch, host: '127.0.0.1', port: 0, report: () => undefined });
  return callCli(['--url', server.url, ...parameters], { stdin: LINES, ...more });
}

describe('tickless batch', () => {
  it('submits the lines, and says which of them are invalid', async () => {
    const result = await batch('completed', ['batch', '-', '--id', 'b', '--mode', 'sequential', '--max-parallel', '3', '--strict']);
    expect(result).toEqual({
      exitCode: 0,
      out: 'b  accepted  2 events\n',
      err: '1 of them are invalid and will fail:\n  line 2  /type it is missing\n',
    });
    expect(fake.requests).toMatchObject([{ call: 'POST /v1/batches?id=b&mode=sequential&maxParallel=3&strict=true', body: LINES }]);
  });

  it('writes plain lines at milestones where there is no screen', async () => {
    const { exitCode, out, err } = await batch('completed', ['batch', '-', '--watch']);
    expect(exitCode).toBe(0);
    expect(out).toBe('b  accepted  2 events\nb  completed  100 events: 100 completed, 0 failed, 0 cancelled\n');
    expect(err).not.toContain('\r');
    expect(err.split('\n')).toContain('[############------------]  50%  50/100  1235/s  4 s left');
  });

  it('rewrites one line on a screen, and takes it away', async () => {
    const { err } = await batch('completed', ['batch', '-', '--watch'], { isLive: true, columns: 40 });
    const [, ...rewritten] = err.split('\r\u001b[2K');
    expect(rewritten).toHaveLength(10);
    for (const line of rewritten) expect(line.length).toBeLessThan(40);
    expect(rewritten.at(-1)).toBe('');
  });

  it.each(['partial', 'failed', 'cancelled'] as const)('fails when it ends as %s', async (ends) => {
    expect((await batch(ends, ['batch', '-', '--watch'])).exitCode).toBe(1);
  });

  it('groups what failed by its cause', async () => {
    const { out } = await batch('partial', ['batch', '-', '--watch']);
    expect(out).toContain('98 completed, 2 failed, 0 cancelled\n  failed  2 × shock/action/boom, such as b_7\n');
  });

  it('gives a line of JSON for each message to machines', async () => {
    const { out } = await batch('completed', ['batch', '-', '--watch', '--json']);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { status: string }).status)).toEqual([
      'accepted',
      ...Array<string>(9).fill('running'),
      'completed',
    ]);
  });
});

describe("a batch's id", () => {
  it('shows the batch where there is no event of that id', async () => {
    expect(await batch('completed', ['get', 'b'])).toEqual({
      exitCode: 0,
      out: [
        'b  batch  concurrent  running\n',
        '  accepted  2026-01-01T00:00:00.000Z\n',
        '  items     100 in all: 50 pending, 50 completed (50% have ended)\n',
        '  left      3.2 s\n',
      ].join(''),
      err: '',
    });
  });

  it('is explained by its counts and its state', async () => {
    const { exitCode, out } = await batch('completed', ['why', 'b']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /^b {2}batch {2}running {2}it waits for its items, which run at most 50 at once: 0 are under way, 50 have not begun\n/,
    );
    expect(out).toContain('  items          100 in all: 50 pending, 50 completed\n');
    await server.stop(1_000);
    const asJson = await batch('completed', ['why', 'b', '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ id: 'b', kind: 'batch', status: 'running', counts: { pending: 50 } });
  });

  it('cancels the batch, and says that it was one', async () => {
    expect(await batch('completed', ['cancel', 'b'])).toEqual({ exitCode: 0, out: 'b  batch  cancelling\n', err: '' });
    expect(fake.requests.map(({ call }) => call)).toEqual(['POST /v1/events/b/cancel', 'POST /v1/batches/b/cancel']);
  });
});

describe('tickless watch', () => {
  it('follows a batch where there is no event of that id', async () => {
    const { exitCode, out } = await batch('completed', ['watch', 'b']);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'b  completed  100 events: 100 completed, 0 failed, 0 cancelled\n' });
  });
});
