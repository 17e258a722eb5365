import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { StatsResource } from '../../../domain/stats-resource.ts';
import { formatNumber } from '../../format/count.ts';
import { useEndedEvents } from '../../service/live-events.tsx';

const WINDOW_MS = 10_000;
const REFRESH_MS = 1_000;

/** Rates and backlog: of the last minute that is over as the service counts it, and live as events end. */
export function NowFigures({ stats: { points, now } }: { readonly stats: StatsResource }): ReactNode {
  const live = useEndedRate();
  const last = points.at(-1);
  const sum = (byTier: Readonly<Record<string, number>>): number => Object.values(byTier).reduce((total, count) => total + count, 0);
  return (
    <dl className="figures">
      <Figure name="Came in" value={last?.accepted ?? 0} unit="in the last minute" />
      <Figure name="Ended" value={last ? last.completed + last.failed + last.cancelled : 0} unit="in the last minute" />
      <Figure name="Ending" value={live} unit="a second, live" />
      <Figure name="Backlog" value={sum(now.backlog)} unit="wait for a permit" />
      <Figure name="Running" value={sum(now.running)} unit="without a verdict" />
      <Figure name="Callbacks" value={last?.callbacks.delivered ?? 0} unit="delivered in the last minute" />
    </dl>
  );
}

function Figure({ name, value, unit }: { readonly name: string; readonly value: number; readonly unit: string }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{formatNumber(value)}</strong> <span>{unit}</span>
      </dd>
    </div>
  );
}

/** How many events have ended a second, over the last ten. */
function useEndedRate(): number {
  const [ends, setEnds] = useState<readonly number[]>([]);
  useEndedEvents((ended) => {
    if (ended !== null) setEnds((before) => [...recent(before), Date.now()]);
  });
  useEffect(() => {
    if (ends.length === 0) return;
    const timer = setInterval(() => setEnds(recent), REFRESH_MS);
    return () => clearInterval(timer);
  }, [ends.length]);
  return ends.length / (WINDOW_MS / 1_000);
}

function recent(ends: readonly number[]): readonly number[] {
  const since = Date.now() - WINDOW_MS;
  return ends.filter((at) => at > since);
}
