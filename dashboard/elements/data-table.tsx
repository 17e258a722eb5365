import { tableFeatures, useTable } from '@tanstack/react-table';
import type { ColumnDef } from '@tanstack/react-table';
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

const features = tableFeatures({});

export interface DataColumn<Row> {
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Of a CSS grid: `10rem`, `minmax(8rem, 2fr)`. */
  readonly width: string;
}

export interface DataTableProps<Row> {
  /** What the rows are. */
  readonly label: string;
  /** The first one has the row's link. They stay the same from one call to the next. */
  readonly columns: readonly DataColumn<Row>[];
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  /** Null where there is nothing after the last row. */
  readonly onMore: (() => void) | null;
}

const ROW_HEIGHT = 46;
// So many rows before the end more is asked for.
const NEAR_THE_END = 10;

const NEXT: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowDown: (index) => index + 1,
  j: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  k: (index) => index - 1,
  Home: () => 0,
  End: (_index, count) => count - 1,
};

/** Rows, of which only those in sight are in the page. The arrow keys, j and k go from row to row, Enter follows the row's link. */
export function DataTable<Row extends object>({ label, columns, rows, idOf, onMore }: DataTableProps<Row>): ReactNode {
  const [defs] = useState(() =>
    columns.map(({ header, cell }): ColumnDef<typeof features, Row> => ({ id: header, header, cell: ({ row }) => cell(row.original) })),
  );
  const table = useTable({ features, columns: defs, data: rows, getRowId: idOf });
  const shown = table.getRowModel().rows;
  const body = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const [activeId, setActiveId] = useState<string | null>(null);
  const isToFocus = useRef(false);
  const active = Math.max(
    0,
    shown.findIndex(({ id }) => id === activeId),
  );
  const virtual = useWindowVirtualizer({
    count: shown.length,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => shown[index]?.id ?? index,
    overscan: 12,
    scrollMargin: offset,
    // The row that has the focus stays, wherever the page is scrolled to.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), Math.min(active, range.count - 1)])].sort((a, b) => a - b),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;

  // oxlint-disable-next-line react/exhaustive-deps -- whatever is above may move it; it settles, as only a move is kept
  useLayoutEffect(() => {
    const top = (body.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(top - offset) > 1) setOffset(top);
  });
  useEffect(() => {
    if (onMore !== null && last >= shown.length - NEAR_THE_END) onMore();
  }, [last, shown.length, onMore]);
  useEffect(() => {
    if (!isToFocus.current) return;
    const link = body.current?.querySelector<HTMLElement>(`[data-index="${active}"] a`);
    if (!link) return;
    isToFocus.current = false;
    link.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = event.ctrlKey || event.metaKey || event.altKey ? undefined : NEXT[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.min(Math.max(next(active, shown.length), 0), shown.length - 1);
    isToFocus.current = true;
    setActiveId(shown[index]?.id ?? null);
    virtual.scrollToIndex(index, { align: 'auto' });
  };

  const grid = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  return (
    <div role="table" className="data-table" aria-label={label} aria-rowcount={onMore === null ? shown.length + 1 : -1}>
      <div role="rowgroup" className="head">
        {table.getHeaderGroups().map((group) => (
          <div role="row" key={group.id} aria-rowindex={1} style={grid}>
            {group.headers.map((header) => (
              <div role="columnheader" key={header.id}>
                <table.FlexRender header={header} />
              </div>
            ))}
          </div>
        ))}
      </div>
      <div role="rowgroup" className="body" ref={body} style={{ height: virtual.getTotalSize() }} onKeyDown={onKeyDown}>
        {items.map(({ index, start }) => {
          const row = shown[index];
          return (
            row && (
              <div
                role="row"
                key={row.id}
                ref={virtual.measureElement}
                data-index={index}
                data-active={index === active || undefined}
                aria-rowindex={index + 2}
                style={{ ...grid, transform: `translateY(${start - offset}px)` }}
                onFocus={() => setActiveId(row.id)}
              >
                {row.getAllCells().map((cell) => (
                  <div role="cell" key={cell.id} data-column={cell.column.id}>
                    <table.FlexRender cell={cell} />
                  </div>
                ))}
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
