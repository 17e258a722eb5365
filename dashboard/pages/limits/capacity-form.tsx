import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { LimitResource } from '../../../domain/limit-resource.ts';
import { announce } from '../../elements/announcements.tsx';
import { Problem } from '../../elements/problem.tsx';
import { client } from '../../service/client.ts';
import { queryClient } from '../../service/query-client.ts';

/** Sets how many may be at work at once; the configuration's number holds again once that is asked for. */
export function CapacityForm({ limit: { key, capacity } }: { readonly limit: LimitResource }): ReactNode {
  const [text, setText] = useState<string | null>(null);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (next: number | null) => client.limits.setCapacity(key, next),
    onSuccess: (limit) => {
      setText(null);
      announce(`The limit “${key}” has ${limit.capacity} permits now.`);
    },
    onSettled: () => queryClient.invalidateQueries(),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        mutate(Number(text ?? capacity));
      }}
    >
      <label>
        Permits
        <input type="number" min={0} step={1} required value={text ?? capacity} onChange={({ target }) => setText(target.value)} />
      </label>
      <div className="actions">
        <button type="submit" disabled={isPending}>
          Set
        </button>
        <button type="button" disabled={isPending} onClick={() => mutate(null)}>
          As configured
        </button>
      </div>
      {error && <Problem error={error} />}
    </form>
  );
}
