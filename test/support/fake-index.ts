import type { ListedWorkflow, ListRequest, WorkflowPage } from '../../temporal/list-workflows.ts';

interface Row extends ListedWorkflow {
  closedAtUs: number | null;
}

/** The engine's index of workflows as SQL databases keep it: ordered by the end, with a token that stands on that order. */
export interface FakeIndex {
  start(workflowId: string): string;
  /** Ends the `place`-th of what is open, if anything is. */
  end(place: number): void;
  /** As the engine does it: ends the `place`-th of what is open, and starts it as a new run. */
  goOn(place: number): void;
  /** Runs that aren't closed, or all, in order of their start. */
  rows(): readonly ListedWorkflow[];
  list(request: ListRequest): Promise<WorkflowPage>;
  /** Called before each page is read. */
  beforePage: () => void;
  readonly pages: number;
}

const FIRST_US = Date.UTC(2026, 0, 1) * 1_000;
const NEVER_US = Number.MAX_SAFE_INTEGER;

/**
 * @param mostInPage the engine may give fewer than are asked for
 * @param tick how many microseconds go by from one change to the next, as a function of its number
 */
export function createFakeIndex(mostInPage: number, tick: (change: number) => number): FakeIndex {
  const rows: Row[] = [];
  let nowUs = FIRST_US;
  let changes = 0;
  let pages = 0;

  function pass(): number {
    changes += 1;
    nowUs += tick(changes);
    return nowUs;
  }

  function start(workflowId: string): string {
    // Not in the order of their starts, as random ids are.
    const runId = `${((changes + 1) * 7_919) % 104_729}-${changes}`;
    rows.push({ workflowId, runId, type: 'any', startedAtUs: pass(), closedAtUs: null, end: null, memo: null });
    return runId;
  }

  function close(place: number): Row | undefined {
    const open = rows.filter(({ closedAtUs }) => closedAtUs === null);
    const row = open[place % Math.max(open.length, 1)];
    if (row !== undefined) row.closedAtUs = pass();
    return row;
  }

  const index: FakeIndex = {
    start,
    end: (place) => void close(place),
    goOn: (place) => {
      const row = close(place);
      if (row !== undefined) start(row.workflowId);
    },
    rows: () => rows,
    beforePage: () => undefined,
    get pages() {
      return pages;
    },
    async list({ query, pageSize, token }) {
      index.beforePage();
      pages += 1;
      const from = token ? Buffer.from(token).toString() : '';
      const found = rows
        .filter((row) => query.split(' AND ').every((condition) => holds(row, condition)))
        .map((row) => ({ row, key: keyOf(row) }))
        .filter(({ key }) => key > from)
        .toSorted((one, other) => (one.key < other.key ? -1 : 1));
      const page = found.slice(0, Math.min(pageSize, mostInPage));
      const last = page.at(-1);
      return {
        workflows: page.map(({ row }) => row),
        nextToken: last !== undefined && found.length > page.length ? Buffer.from(last.key) : null,
      };
    },
  };
  return index;
}

function keyOf({ closedAtUs, startedAtUs, runId }: Row): string {
  const descending = (us: number): string => String(NEVER_US - us).padStart(16, '0');
  return `${descending(closedAtUs ?? NEVER_US)} ${descending(startedAtUs)} ${runId}`;
}

function holds(row: Row, condition: string): boolean {
  const [, field, operator, value = ''] = /^(\w+) (=|>=|<=|IN) (.*)$/.exec(condition) ?? [];
  switch (`${field} ${operator}`) {
    case 'WorkflowType =':
      return true;
    case 'ExecutionStatus =':
      return row.closedAtUs === null;
    case 'WorkflowId IN':
      return value.includes(`'${row.workflowId}'`);
    case 'StartTime >=':
      return row.startedAtUs >= microseconds(value);
    case 'StartTime <=':
      return row.startedAtUs <= microseconds(value);
    case 'CloseTime >=':
      return (row.closedAtUs ?? NEVER_US) >= microseconds(value);
    default:
      throw new Error(`the index of the test doesn't know "${condition}"`);
  }
}

function microseconds(quoted: string): number {
  const [, seconds, fraction] = /^'(.{19})\.(\d{6})Z'$/.exec(quoted) ?? [];
  return Date.parse(`${seconds}Z`) * 1_000 + Number(fraction);
}
