import { expect, it } from 'vitest';
import { eventAttributes, eventStart, groupAttributes, groupStart } from '../../../domain/event-start.ts';
import { toGroup } from '../../../domain/group.ts';
import { acceptedEvent, lightPlan } from './event-samples.ts';

const event = acceptedEvent({ tenant: 'acme', tier: 'critical' });

it('starts a light event where it was accepted, for as long as it takes', () => {
  expect(eventStart(event, 1)).toEqual({
    workflowId: 'acme/order-1',
    taskQueue: 'light',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowTaskTimeout: 1_000,
    priority: { priorityKey: 1, fairnessKey: 'acme' },
    staticSummary: 'sample (critical)',
  });
});

it('starts a heavy event on workers, and has it end some day', () => {
  const heavy = { ...event, delayMs: 5, plan: { ...lightPlan, weight: 'heavy' as const } };
  expect(eventStart(heavy, 1)).toMatchObject({ taskQueue: 'heavy', workflowTaskTimeout: 2_000, workflowRunTimeout: 14 * 86_400_000 + 5 });
});

it('starts a group under its own id', () => {
  expect(groupStart(toGroup('g~0', event, [event]), 1)).toEqual({
    workflowId: 'acme/g~0',
    taskQueue: 'light',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowTaskTimeout: 1_000,
    priority: { priorityKey: 1, fairnessKey: 'acme' },
    staticSummary: 'sample (critical) × 2',
  });
});

it('starts a group with the priority of its most urgent member', () => {
  const mixed = toGroup('g~0', { ...event, tier: 'low' }, [event]);
  expect(groupStart(mixed, 1)).toMatchObject({ priority: { priorityKey: 1 }, staticSummary: 'sample (critical+low) × 2' });
  expect(groupAttributes(mixed)).toEqual({ EventType: 'sample', Tier: 'critical+low', Tenant: 'acme' });
});

it('is found by its type, tier, tenant, and its subject if it has one', () => {
  expect(eventAttributes(event)).toEqual({ EventType: 'sample', Tier: 'critical', Tenant: 'acme' });
  expect(eventAttributes({ ...event, subject: "o'brien" })).toMatchObject({ Subject: 'o%27brien' });
});
