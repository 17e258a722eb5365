import { expect, it } from 'vitest';
import type { EventSummary } from '../../../domain/event-summary.ts';
import type { EventFilter } from '../../../api/event-service.ts';
import { createSettledPages } from '../../../api/temporal/settled-pages.ts';
import type { MadePage } from '../../../api/temporal/settled-pages.ts';
import type { ListedWorkflow } from '../../../temporal/list-workflows.ts';

const NOW_MS = 1_000_000;
const OLD_MS = NOW_MS - 60_000;
const filter: EventFilter = { tenant: 'default', limit: 50, cursor: 'there' };
const page = { items: [{ id: 'a' } as EventSummary], nextCursor: null };

const workflow = (runId: string, kind: 'completed' | 'failed' | 'open' = 'completed'): ListedWorkflow => ({
  workflowId: 'default/a',
  runId,
  type: 'processChunk',
  startedAtUs: OLD_MS * 1_000,
  end: kind === 'open' ? null : { kind, atMs: OLD_MS },
  memo: null,
});

function setUp(made: Partial<MadePage> = {}) {
  const known = new Map<string, readonly ListedWorkflow[]>(made.known ?? []);
  const asked: string[][] = [];
  const pages = createSettledPages({
    findByIds: (ids) => {
      asked.push([...ids]);
      return Promise.resolve(known);
    },
    now: () => NOW_MS,
  });
  const keep = (one: EventFilter, toMs: number | null) =>
    pages.keep(one, toMs, { page, workflows: [workflow('1')], lookUp: new Set(), known: new Map(), ...made });
  return { known, asked, keep, find: (one = filter) => pages.find(one) };
}

it('keeps a page of events that have all ended', async () => {
  const { keep, find } = setUp();
  expect(await find()).toBeNull();
  keep(filter, OLD_MS);
  expect(await find()).toBe(page);
  expect(await find({ ...filter, tenant: 'another' })).toBeNull();
});

it('makes a page anew to which something may come', async () => {
  const { keep, find } = setUp();
  keep(filter, null);
  keep(filter, NOW_MS - 1_000);
  expect(await find()).toBeNull();
  keep({ ...filter, status: 'failed' }, OLD_MS);
  expect(await find({ ...filter, status: 'failed' })).toBeNull();
});

it('makes a page anew of which something is open', async () => {
  const open = setUp({ workflows: [workflow('1'), workflow('2', 'open')] });
  open.keep(filter, OLD_MS);
  expect(await open.find()).toBeNull();
  const elsewhere = setUp({ lookUp: new Set(['default/a']), known: new Map([['default/a', [workflow('1', 'open')]]]) });
  elsewhere.keep(filter, OLD_MS);
  expect(await elsewhere.find()).toBeNull();
});

it('makes a page anew once something of it was replayed', async () => {
  const failed = workflow('1', 'failed');
  const { known, asked, keep, find } = setUp({
    workflows: [failed],
    lookUp: new Set(['default/a']),
    known: new Map([['default/a', [failed]]]),
  });
  keep(filter, OLD_MS);
  expect(await find()).toBe(page);
  expect(asked).toEqual([['default/a']]);
  known.set('default/a', [workflow('2', 'open'), failed]);
  expect(await find()).toBeNull();
});
