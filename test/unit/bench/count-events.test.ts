import { expect, test } from 'vitest';
import { countEvents } from '../../../bench/histories/count-events.ts';

test('a history is counted by type, with its tasks, its commands and the markers among them', () => {
  const types = [
    'WORKFLOW_EXECUTION_STARTED',
    'WORKFLOW_TASK_SCHEDULED',
    'WORKFLOW_TASK_STARTED',
    'WORKFLOW_TASK_COMPLETED',
    'MARKER_RECORDED',
    'MARKER_RECORDED',
    'TIMER_STARTED',
    'TIMER_FIRED',
    'WORKFLOW_EXECUTION_COMPLETED',
  ];
  expect(countEvents({ events: types.map((type) => ({ eventType: `EVENT_TYPE_${type}` })) })).toEqual({
    events: 9,
    tasks: 1,
    commands: 4,
    markers: 2,
    byType: [
      ['MARKER_RECORDED', 2],
      ['TIMER_FIRED', 1],
      ['TIMER_STARTED', 1],
      ['WORKFLOW_EXECUTION_COMPLETED', 1],
      ['WORKFLOW_EXECUTION_STARTED', 1],
      ['WORKFLOW_TASK_COMPLETED', 1],
      ['WORKFLOW_TASK_SCHEDULED', 1],
      ['WORKFLOW_TASK_STARTED', 1],
    ],
  });
});

test('a history without events has none of anything', () => {
  expect(countEvents({ events: [] })).toEqual({ events: 0, tasks: 0, commands: 0, markers: 0, byType: [] });
});
