import { subjectWorkflowId } from '../../../temporal/durable/workflow-ids.ts';
import type { Branch } from '../../support/branching-definitions.ts';
import { until } from '../../support/until.ts';
import type { Recorder } from '../recorder.ts';

const SUBJECT = 'branches-1';
const leaf: Branch = { name: 'leaf', type: 'test-branch' };
const ofSubject: Branch = { name: 'of-subject', type: 'test-branch-of-subject', options: { subject: SUBJECT } };

/** Each way to run that may emit: in one local activity, stage by stage, by a subject, in a unit of a batch. */
export async function recordFollowUps({ post, read, save, saveOpen }: Recorder): Promise<void> {
  const light = await post('/v1/events', { type: 'test-branch', data: { ...leaf, first: [leaf, leaf], second: [leaf] } });
  await save('light-follow-ups', light);
  const heavy = await post('/v1/events', { type: 'test-branch-heavy', data: { ...leaf, type: 'test-branch-heavy', first: [leaf] } });
  await save('heavy-follow-ups', heavy);

  const subject = await post('/v1/events', { type: ofSubject.type, subject: SUBJECT, data: { ...ofSubject, first: [ofSubject, leaf] } });
  const [again] = (await read(subject)).followUps ?? [];
  await until('the subject has processed its own follow-up', async () => (await read(again?.id ?? '')).status === 'completed');
  await saveOpen('hold-subject-follow-ups', subjectWorkflowId({ tenant: 'default', type: 'test-branches', id: SUBJECT }));

  const item = { type: 'test-branch', data: { ...leaf, first: [leaf] } };
  const batch = await post('/v1/batches', { id: 'branching', events: [item, item] });
  await until('the items have ended', async () => (await read(`${batch}_1`)).status === 'completed');
  await save('batch-unit-follow-ups', (await read(`${batch}_0`)).workflow.id);
}
