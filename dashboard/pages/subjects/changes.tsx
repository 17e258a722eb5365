import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { SubjectChange } from '../../../client/resource-types.ts';
import { LineChart } from '../../elements/line-chart.tsx';
import { Moment } from '../../elements/moment.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { queries } from '../../service/queries.ts';
import { numbersOf } from './numbers-of.ts';

// Of one change; the rest is counted.
const FIELDS_SHOWN = 6;

interface ChangesProps {
  readonly type: string;
  readonly id: string;
  /** The subject's; undefined until that is known. */
  readonly version: number | undefined;
}

/** What each event has changed of a subject, and how any of its numbers went. */
export function Changes({ type, id, version }: ChangesProps): ReactNode {
  const changes = useQuery(queries.subjectChanges(type, id, version));
  return (
    <Panel title="How it has changed">
      <QueryView of={changes}>
        {({ items }) => (
          <>
            <Numbers items={items} />
            <table>
              <thead>
                <tr>
                  <th scope="col">Version</th>
                  <th scope="col">At</th>
                  <th scope="col">Changed</th>
                </tr>
              </thead>
              <tbody>
                {items.map((item) => (
                  <tr key={item.version}>
                    <td>{item.version}</td>
                    <td>{item.at !== null && <Moment at={item.at} />}</td>
                    <td>
                      <Fields of={item} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </QueryView>
    </Panel>
  );
}

function Numbers({ items }: { readonly items: readonly SubjectChange[] }): ReactNode {
  const { versions, numbers } = useMemo(() => numbersOf(items), [items]);
  const names = [...numbers.keys()];
  const [chosen, setChosen] = useState('');
  const name = numbers.has(chosen) ? chosen : names[0];
  const series = useMemo(
    () => (name === undefined ? [] : [{ label: name, color: '--chart-1', values: numbers.get(name) ?? [] }]),
    [name, numbers],
  );
  if (name === undefined || versions.length < 2) return null;
  return (
    <>
      <label>
        Its number{' '}
        <select value={name} onChange={({ target }) => setChosen(target.value)}>
          {names.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <LineChart label={`${name} over versions`} at={versions} across="versions" series={series} format={toShort} />
    </>
  );
}

function Fields({ of: { changes } }: { readonly of: SubjectChange }): ReactNode {
  if (changes.length === 0) return <span className="quiet">nothing</span>;
  return (
    <>
      {changes.slice(0, FIELDS_SHOWN).map(({ pointer, before, after }) => (
        <div key={pointer}>
          <bdi>
            {pointer} {toText(before)} → {toText(after)}
          </bdi>
        </div>
      ))}
      {changes.length > FIELDS_SHOWN && <div className="quiet">and {changes.length - FIELDS_SHOWN} more</div>}
    </>
  );
}

function toText(value: unknown): string {
  if (value === undefined) return '–';
  return typeof value === 'number' ? toShort(value) : JSON.stringify(value);
}

function toShort(value: number): string {
  return String(Number(value.toPrecision(6)));
}
