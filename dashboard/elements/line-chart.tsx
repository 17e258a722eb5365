import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { theme } from '../frame/theme.ts';
import { useStore } from '../service/store.ts';

export interface ChartSeries {
  readonly label: string;
  /** The name of a colour of the style sheet's, as `--chart-1`. */
  readonly color: string;
  /** Null where nothing is known. */
  readonly values: readonly (number | null)[];
}

export interface LineChartProps {
  /** What it shows, in a sentence: all that a screen reader has of it. */
  readonly label: string;
  /** Seconds since 1970, or versions. */
  readonly at: readonly number[];
  /** Default: times. */
  readonly across?: 'times' | 'versions';
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
}

const HEIGHT = 200;
// Whole numbers: events and milliseconds have no parts.
const STEPS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((first) => first * 10 ** power)).flat();
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** Values over time, in the reader's zone, or over versions. */
export function LineChart({ label, at, across = 'times', series, format }: LineChartProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(null);
  const chosenTheme = useStore(theme);
  const lines = series.map(({ label: name, color }) => `${name} ${color}`).join();

  // A chart is drawn anew for other lines or colours; for other values it is only given them.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new UPlot(optionsOf(element, { across, series, format }), toData(at, series), element);
    };
    draw();
    const resized = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    const darkened = matchMedia('(prefers-color-scheme: dark)');
    darkened.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      darkened.removeEventListener('change', draw);
      chart.current?.destroy();
      chart.current = null;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- values are handed over below
  }, [lines, chosenTheme, across, format]);

  useEffect(() => chart.current?.setData(toData(at, series)), [at, series]);

  return <div ref={place} className="chart" role="group" aria-label={label} />;
}

function toData(at: readonly number[], series: readonly ChartSeries[]): UPlot.AlignedData {
  return [[...at], ...series.map(({ values }) => [...values])];
}

type Drawn = Required<Pick<LineChartProps, 'across' | 'series' | 'format'>>;

function optionsOf(element: HTMLElement, { across, series, format }: Drawn): UPlot.Options {
  const isOfTimes = across === 'times';
  const place = (at: number): string => (isOfTimes ? clock.format(at * 1_000) : String(at));
  const color = (name: string): string => resolveColor(element, name);
  const axis = { stroke: color('--quiet'), grid: { stroke: color('--line'), width: 1 }, ticks: { stroke: color('--line'), width: 1 } };
  const shown = (value: number | null): string => (value === null ? '–' : format(value));
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: isOfTimes ? { y: { range: (_chart, _min, max) => [0, Math.max(max, 1) * 1.05] } } : { x: { time: false } },
    axes: [
      { ...axis, values: (_chart, values) => values.map(place), ...(!isOfTimes && { incrs: STEPS }) },
      { ...axis, size: 70, ...(isOfTimes && { incrs: STEPS }), values: (_chart, values) => values.map(format) },
    ],
    series: [
      { label: isOfTimes ? 'At' : 'Version', value: (_chart, at: number | null) => (at === null ? '–' : place(at)) },
      ...series.map(({ label, color: name }) => ({
        label,
        stroke: color(name),
        width: 2,
        points: { show: false },
        value: (_chart: UPlot, value: number | null) => shown(value),
      })),
    ],
  };
}

/** A canvas knows no variables of a style sheet. */
function resolveColor(element: HTMLElement, name: string): string {
  const probe = element.appendChild(document.createElement('span'));
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
