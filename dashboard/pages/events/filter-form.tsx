import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { TIERS } from '../../../domain/tier.ts';
import { toLocalTime } from '../../format/local-time.ts';
import { parseEventFilter, STATUSES } from '../../service/event-filter.ts';
import type { EventFilter } from '../../service/event-filter.ts';
import { queries } from '../../service/queries.ts';

export interface FilterFormProps {
  readonly filter: EventFilter;
  readonly onChange: (filter: EventFilter) => void;
}

/** Which events are listed. A choice holds at once, a text when the reader leaves it or presses Enter. */
export function FilterForm({ filter, onChange }: FilterFormProps): ReactNode {
  const types = useQuery(queries.types());
  const set = (name: keyof EventFilter, value: string): void => onChange(parseEventFilter({ ...filter, [name]: value }));
  return (
    <form className="fields" role="search" aria-label="Which events" onSubmit={(event) => event.preventDefault()}>
      <Choice label="Status" value={filter.status} options={STATUSES} onChange={(value) => set('status', value)} />
      <Choice label="Tier" value={filter.tier} options={TIERS} onChange={(value) => set('tier', value)} />
      <Text label="Type" value={filter.type} list="event-types" onChange={(value) => set('type', value)} />
      <datalist id="event-types">
        {types.data?.items.map(({ type }) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <Text label="Subject (type/id)" value={filter.subject} onChange={(value) => set('subject', value)} />
      <Text label="Batch" value={filter.batch} onChange={(value) => set('batch', value)} />
      <label>
        Accepted since
        <input
          type="datetime-local"
          value={filter.since === undefined ? '' : toLocalTime(new Date(filter.since))}
          onChange={({ target }) => set('since', target.value)}
        />
      </label>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

function Choice({ label, value = '', options, onChange }: FieldProps & { readonly options: readonly string[] }): ReactNode {
  return (
    <label>
      {label}
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        <option value="">any</option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

function Text({ label, value = '', list, onChange }: FieldProps & { readonly list?: string }): ReactNode {
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (): void => {
    if (draft !== null && draft.trim() !== value) onChange(draft.trim());
    setDraft(null);
  };
  return (
    <label>
      {label}
      <input
        value={draft ?? value}
        list={list}
        dir="auto"
        onChange={({ target }) => setDraft(target.value)}
        onBlur={commit}
        onKeyDown={({ key }) => key === 'Enter' && commit()}
      />
    </label>
  );
}
