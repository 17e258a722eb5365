import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { createFigureMetrics } from '../../../api/figure-metrics.ts';
import { createMetrics } from '../../../api/metrics.ts';
import { parseCompose } from './compose-file.ts';
import { readProjectFile } from './project-file.ts';

interface Dashboard {
  readonly panels: readonly { readonly datasource: { readonly uid: string }; readonly targets: readonly { readonly expr: string }[] }[];
}

const { services } = parseCompose(readProjectFile('docker-compose.yml'));
const dashboard = JSON.parse(readProjectFile('deploy/grafana/tickless.json')) as Dashboard;
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** What our processes say of themselves after a little of everything, and what Prometheus adds. */
async function exported(): Promise<string> {
  const metrics = createMetrics({ find: () => undefined });
  metrics.accepted({ tenant: 'default', type: 'noise', tier: 'normal' }, 0.002);
  metrics.shed({ tenant: 'default', tier: 'low' }, 'intake');
  metrics.eagerMissed();
  for (const outcome of ['delivered', 'failed'] as const) metrics.delivery({ tenant: 'default', outcome, tier: 'normal', seconds: 0.004 });
  metrics.watchIntake(() => ({ waiting: 0, inFlight: 1 }));
  metrics.ended({ event: 'e-1', run: 1, tenant: 'default', type: 'noise', tier: 'normal', outcome: 'failed', queuedMs: 4, runMs: 4 });
  for (const event of ['started', 'suspected', { ended: 'memory' }] as const) metrics.host(event);
  metrics.recovered(1);
  const none = { critical: 0, high: 0, normal: 0, low: 0, bulk: 0 };
  const figures = {
    backlog: none,
    running: none,
    permits: { tasks: { capacity: 5, held: 0, waiting: 0, longestHeldMs: 0 } },
    destinations: { open: 0, half_open: 0 },
  };
  metrics.append(
    createFigureMetrics(
      async () => figures,
      async () => [],
    ),
  );
  return metrics.text();
}

/** What an expression asks for and nobody exports. */
function unknownIn(expression: string, text: string): readonly string[] {
  const name = /\b(?:tickless|process|nodejs)_\w+/.exec(expression)?.[0] ?? 'a metric';
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const conditions = [...expression.matchAll(/\w+="[^"]*"/g)].map(([condition]) => condition);
  const labels = /\bby \(([^)]*)\)/.exec(expression)?.[1]?.split(', ') ?? [];
  const given = labels.filter((label) => label !== 'instance').map((label) => `${label}="`);
  return lines.length === 0 ? [name] : [...conditions, ...given].filter((part) => !lines.some((line) => line.includes(part)));
}

it('shows what the processes export, by labels that it has', async () => {
  const text = await exported();

  expect(expressions.flatMap((expression) => unknownIn(expression, text))).toEqual([]);
  expect(unknownIn('sum by (size) (rate(tickless_deliveries_total{outcome="lost"}[1m]))', text)).toEqual(['outcome="lost"', 'size="']);
  expect(unknownIn('tickless_gone_total', text)).toEqual(['tickless_gone_total']);
});

it('has alerts for what the processes export, each of them tried', async () => {
  const text = await exported();
  const { groups } = parse(readProjectFile('deploy/prometheus/alerts.yml')) as {
    readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  const names = rules.flatMap(({ expr }) => [...expr.matchAll(/\btickless_\w+/g)].map(([name]) => name));
  const tried = readProjectFile('deploy/prometheus/alerts.test.yml');

  expect(names.filter((name) => !text.split('\n').some((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)))).toEqual([]);
  expect(names.length).toBeGreaterThan(8);
  for (const { alert } of rules) expect(tried.split(`alertname: ${alert}`).length).toBeGreaterThan(2);
});

it('asks Prometheus, which asks every process where its metrics are', () => {
  const { datasources } = parse(readProjectFile('deploy/grafana/datasource.yaml'));
  const { scrape_configs: jobs } = parse(readProjectFile('deploy/prometheus/prometheus.yml'));
  const [, apiPort] = services['api']?.ports?.[0]?.match(/:(\d+)$/) ?? [];

  expect(datasources).toMatchObject([{ uid: 'prometheus', url: 'http://prometheus:9090' }]);
  expect(new Set(dashboard.panels.map(({ datasource }) => datasource.uid))).toEqual(new Set(['prometheus']));
  expect(jobs).toMatchObject([
    { job_name: 'api', dns_sd_configs: [{ names: ['api'], port: Number(apiPort) }] },
    { job_name: 'worker', dns_sd_configs: [{ names: ['worker'], port: Number(services['worker']?.environment?.['METRICS_PORT']) }] },
  ]);
});

it('is found by Grafana where it is mounted', () => {
  const { providers } = parse(readProjectFile('deploy/grafana/dashboards.yaml'));
  const targets = (services['grafana']?.volumes ?? []).map((mount) => mount.split(':')[1]);
  const home = services['grafana']?.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'];

  expect(targets).toContain(home);
  expect(home).toBe(`${providers[0].options.path}/tickless.json`);
});
