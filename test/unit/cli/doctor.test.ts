import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { callCli } from './call-cli.ts';

let folder: string;
let config: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickless-doctor-'));
  config = join(folder, 'tickless.config.mjs');
  writeFileSync(config, 'export default { events: [] };\n');
  vi.stubEnv('TICKLESS_DATA', join(folder, 'data'));
  for (const name of ['TEMPORAL_ADDRESS', 'WEBHOOK_SECRETS', 'API_KEYS']) vi.stubEnv(name, '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('is content with warnings, and says what helps', async () => {
  const { exitCode, out } = await callCli(['doctor', '--config', config]);

  expect(exitCode).toBe(0);
  expect(out).toMatch(/^ok {7}settings {2}The config/);
  expect(out).toMatch(/^warning {2}engine {4}No engine runs on ".*data".*\n {19}-> tickless start runs one/m);
  expect(out).toMatch(/0 faults, 1 warnings\n$/);
});

it('fails where something is at fault, and gives a line of JSON for each finding', async () => {
  const { exitCode, out } = await callCli(['doctor', '--config', config, '--callback', 'http://10.0.0.1/', '--json']);

  expect(exitCode).toBe(1);
  const findings = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly check: string });
  expect(findings.map(({ check }) => check)).toEqual(['settings', 'disk', 'secrets', 'engine', 'callback']);
  expect(findings.at(-1)).toEqual({
    check: 'callback',
    level: 'fault',
    message: expect.stringContaining('"10.0.0.1" is not a public address'),
    remedy: expect.any(String),
  });
});
