import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OTHER_PORTS, planCluster, serverVersion } from '../../../dev/cluster/compose-plan.ts';
import { parseCompose } from './compose-file.ts';
import { projectRoot, readProjectFile } from './project-file.ts';

const text = readProjectFile('docker-compose.yml');
const ports = { postgres: 15_432, frontend: 17_233, others: OTHER_PORTS.map((_name, index) => 18_000 + index) };
const plan = planCluster(text, projectRoot, ports);
const { services } = parseCompose(text);

describe('planCluster', () => {
  it('takes the version of the server', () => {
    expect(services['temporal']?.image).toBe(`temporalio/server:${serverVersion(text)}`);
  });

  it('gives the server the variables of the file, but for hosts, ports and the place of its settings', () => {
    const changed = new Set(['POSTGRES_SEEDS', 'DB_PORT', 'BIND_ON_IP', 'DYNAMIC_CONFIG_FILE_PATH']);
    const given = Object.entries(services['temporal']?.environment ?? {}).filter(([name]) => !changed.has(name));
    expect(given).not.toEqual([]);
    expect(plan.server).toMatchObject(Object.fromEntries(given));
    expect(plan.server).toMatchObject({
      POSTGRES_SEEDS: '127.0.0.1',
      DB_PORT: '15432',
      BIND_ON_IP: '127.0.0.1',
      FRONTEND_GRPC_PORT: '17233',
    });
    expect(Object.keys(plan.server).toSorted()).toEqual(
      [...Object.keys(services['temporal']?.environment ?? {}), 'FRONTEND_GRPC_PORT', ...OTHER_PORTS].toSorted(),
    );
  });

  it('runs the scripts of the file, with the defaults that it gives', () => {
    expect(plan.schema.script).toMatch(/deploy\/temporal\/prepare-schema\.sh$/);
    expect(plan.schema.variables).toMatchObject({ SQL_PLUGIN: 'postgres12_pgx', SQL_HOST: '127.0.0.1', SQL_PORT: '15432' });
    expect(plan.namespace.script).toMatch(/deploy\/temporal\/prepare-namespace\.sh$/);
    expect(plan.namespace.variables).toEqual({ TEMPORAL_ADDRESS: '127.0.0.1:17233', TEMPORAL_NAMESPACE: 'default', RETENTION: '7d' });
    for (const path of [plan.schema.script, plan.namespace.script, plan.server['DYNAMIC_CONFIG_FILE_PATH'] ?? '']) {
      expect([path, existsSync(path)]).toEqual([path, true]);
    }
  });

  it('starts PostgreSQL with the words of the file', () => {
    expect(plan.postgres).toEqual({ arguments: ['-c', 'max_connections=200'], user: 'temporal', password: 'temporal' });
  });

  it.each<readonly [fault: string, from: string, to: string]>([
    ['no service "temporal"', '\n  temporal:\n', '\n  engine:\n'],
    ['mounts nothing as "/prepare-schema.sh"', ':/prepare-schema.sh:ro', ':/elsewhere.sh:ro'],
  ])('fails with %s', (fault, from, to) => {
    expect(() => planCluster(text.replace(from, to), projectRoot, ports)).toThrow(fault);
  });
});
