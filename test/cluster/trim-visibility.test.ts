import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { get, post } from '../support/requests.ts';
import { queryDatabase } from '../support/query-database.ts';
import { startTestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const INDEXES = `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'executions_visibility' ORDER BY indexname`;
const NAMES = `SELECT indexname FROM pg_indexes WHERE tablename = 'executions_visibility' ORDER BY indexname`;

it('lists events without the indexes that nobody asks for, and brings these back', async () => {
  const before = await queryDatabase('temporal_visibility', INDEXES);
  onTestFinished(async () => void (await apply('restore-visibility.sql')));
  await apply('trim-visibility.sql');
  await apply('trim-visibility.sql');

  expect((await queryDatabase('temporal_visibility', NAMES)).split('\n')).toEqual([
    ...['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'].map((column) => `by_keyword_${column}`),
    ...['by_status', 'by_workflow_id', 'by_workflow_type', 'default_idx', 'executions_visibility_pkey'],
  ]);
  const service = await startTestService();
  onTestFinished(() => service.stop());
  const id = `trimmed-${Date.now()}`;
  await post(service, '/v1/events', { type: 'noise', id, data: { intensity: 0.3 } });
  for (const query of ['type=noise&status=completed', 'status=completed', '']) {
    await until(`"${query}" lists it`, async () => {
      const { items } = (await get(service, `/v1/events?${query}`)) as { readonly items: readonly EventResource[] };
      return items.some((event) => event.id === id);
    });
  }

  await apply('restore-visibility.sql');
  await apply('restore-visibility.sql');
  expect(await queryDatabase('temporal_visibility', INDEXES)).toBe(before);
});

async function apply(file: string): Promise<string> {
  return queryDatabase('temporal_visibility', await readFile(new URL(`../../deploy/temporal/${file}`, import.meta.url), 'utf8'));
}
