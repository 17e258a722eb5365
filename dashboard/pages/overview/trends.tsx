import { useQuery } from '@tanstack/react-query';
import { Tabs } from 'radix-ui';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { StatsPoint } from '../../../domain/stats-day.ts';
import { TIERS } from '../../../domain/tier.ts';
import { QueryView } from '../../elements/query-view.tsx';
import { LineChart } from '../../elements/line-chart.tsx';
import { formatNumber } from '../../format/count.ts';
import { formatDuration } from '../../format/duration.ts';
import { queries } from '../../service/queries.ts';

const SPANS = [
  { name: 'hour', minutes: 60, label: 'Last hour' },
  { name: 'day', minutes: 1_440, label: 'Last day' },
] as const;

/** The last hour and the last day, minute by minute. */
export function Trends(): ReactNode {
  const [shown, setShown] = useState('hour');
  return (
    <section className="panel" aria-label="Lately">
      <Tabs.Root value={shown} onValueChange={setShown}>
        <Tabs.List aria-label="How far back" className="tabs">
          {SPANS.map(({ name, label }) => (
            <Tabs.Trigger key={name} value={name}>
              {label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {SPANS.map(({ name, minutes, label }) => (
          <Tabs.Content key={name} value={name}>
            <Span minutes={minutes} label={label} />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </section>
  );
}

function Span({ minutes, label }: { readonly minutes: number; readonly label: string }): ReactNode {
  const stats = useQuery(queries.stats(minutes));
  return <QueryView of={stats}>{({ points }) => <Charts points={points} label={label} />}</QueryView>;
}

function Charts({ points, label }: { readonly points: readonly StatsPoint[]; readonly label: string }): ReactNode {
  const at = useMemo(() => points.map((point) => Date.parse(point.at) / 1_000), [points]);
  const counts = useMemo(
    () => [
      { label: 'accepted', color: '--chart-1', values: points.map(({ accepted }) => accepted) },
      { label: 'completed', color: '--chart-2', values: points.map(({ completed }) => completed) },
      { label: 'failed', color: '--chart-3', values: points.map(({ failed }) => failed) },
    ],
    [points],
  );
  const latencies = useMemo(
    () =>
      TIERS.map((tier, index) => ({
        label: tier,
        color: `--chart-${index + 1}`,
        values: points.map(({ p95Ms }) => p95Ms[tier] ?? null),
      })).filter(({ values }) => values.some((value) => value !== null)),
    [points],
  );
  const total = (of: (point: StatsPoint) => number): string => formatNumber(points.reduce((sum, point) => sum + of(point), 0));
  const sums = `${total((point) => point.accepted)} accepted, ${total((point) => point.completed)} completed, ${total((point) => point.failed)} failed`;
  return (
    <div className="columns">
      <figure>
        <figcaption>
          Events a minute <span className="quiet">({sums})</span>
        </figcaption>
        <LineChart label={`${label}, events a minute: ${sums}.`} at={at} series={counts} format={formatNumber} />
      </figure>
      <figure>
        <figcaption>
          95 % of events end within <span className="quiet">(by tier)</span>
        </figcaption>
        {latencies.length === 0 ? (
          <p className="quiet">No event has ended.</p>
        ) : (
          <LineChart
            label={`${label}, within which time 95 % of events end, by tier.`}
            at={at}
            series={latencies}
            format={formatDuration}
          />
        )}
      </figure>
    </div>
  );
}
