import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { ALERT_RULES } from '../../../domain/alert.ts';
import type { Alert } from '../../../domain/alert-board.ts';
import { toAlertMessage } from '../../../domain/alert-message.ts';
import { verdictIdentity } from '../../../domain/message-identity.ts';
import { NOON_MS } from './event-samples.ts';

const alert: Alert = {
  name: 'TicklessBreakerOpen',
  labels: {},
  summary: '2 destinations of callbacks are parked',
  details: { open: 2 },
  links: { destinations: '/v1/destinations' },
  phase: 'firing',
  looks: 0,
  sinceMs: NOON_MS - 60_000,
  id: 'epoch-1',
  told: 1,
  toldAtMs: NOON_MS,
};

it('shows an alert, and when it is over', () => {
  const { target, message } = toAlertMessage({ status: 'firing', alert, atMs: NOON_MS }, 'https://alerts.example/hook');

  expect(target).toEqual({
    kind: 'alert',
    tenant: 'default',
    owner: '~alert/epoch-1',
    run: 1,
    callback: { url: 'https://alerts.example/hook', headers: {}, progress: false },
  });
  expect(message).toEqual({
    type: 'alert.firing',
    timestamp: '2026-01-01T12:00:00.000Z',
    recordedAt: '2026-01-01T12:00:00.000Z',
    data: {
      id: 'epoch-1',
      status: 'firing',
      name: 'TicklessBreakerOpen',
      severity: 'ticket',
      labels: {},
      summary: '2 destinations of callbacks are parked',
      startsAt: '2026-01-01T11:59:00.000Z',
      endsAt: null,
      details: { open: 2 },
      links: { destinations: '/v1/destinations' },
    },
  });
  expect(toAlertMessage({ status: 'resolved', alert, atMs: NOON_MS }, '').message).toMatchObject({
    type: 'alert.resolved',
    data: { endsAt: '2026-01-01T12:00:00.000Z' },
  });
});

it('is known by the alert and its number, whatever it says and whoever sends it', () => {
  const identity = (fields: Partial<Alert>, atMs = NOON_MS): string => {
    const { target, message } = toAlertMessage({ status: 'firing', alert: { ...alert, ...fields }, atMs }, '');
    return verdictIdentity(target, message.data);
  };

  expect(identity({ summary: 'otherwise', sinceMs: NOON_MS }, NOON_MS + 5)).toBe(identity({}));
  expect(identity({ told: 2 })).not.toBe(identity({}));
  expect(identity({ id: 'epoch-2' })).not.toBe(identity({}));
});

it('has the names, severities and times of the rules for Prometheus', async () => {
  const text = await readFile(new URL('../../../deploy/prometheus/alerts.yml', import.meta.url), 'utf8');
  const rules = text
    .split('- alert: ')
    .slice(1)
    .map((rule) => {
      const [, minutes = '0'] = /\n +for: (\d+)m/.exec(rule) ?? [];
      return [rule.slice(0, rule.indexOf('\n')), { severity: /severity: (\w+)/.exec(rule)?.[1], looks: Math.max(1, Number(minutes) * 2) }];
    });
  // Which a process that is scraped can't say by a metric.
  const { TicklessEngineUnreachable: _own, ...named } = ALERT_RULES;

  expect(named).toEqual(Object.fromEntries(rules));
});
