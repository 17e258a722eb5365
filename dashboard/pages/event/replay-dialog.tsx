import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { EventResource } from '../../../domain/event-resource.ts';
import { announce } from '../../elements/announcements.tsx';
import { Dialog } from '../../elements/dialog.tsx';
import { Problem } from '../../elements/problem.tsx';
import { parseJson } from '../../format/parse-json.ts';
import { client } from '../../service/client.ts';
import { queryClient } from '../../service/query-client.ts';
import { toPatch } from './to-patch.ts';

export interface ReplayDialogProps {
  readonly event: EventResource;
  readonly onClose: () => void;
}

/** Has the event run again: at the stage that failed, or from the start, with its data as it is or changed. */
export function ReplayDialog({ event, onClose }: ReplayDialogProps): ReactNode {
  const [text, setText] = useState(() => JSON.stringify(event.data, null, 2));
  const [from, setFrom] = useState<'stage' | 'start'>('stage');
  const data = parseJson(text);
  const patch = data.ok ? toPatch(event.data, data.value) : [];
  const { mutate, isPending, error } = useMutation({
    // The run that is replayed: asked for twice, it is replayed once.
    mutationFn: () =>
      client.events.replay(event.id, {
        ...(patch.length > 0 ? { patch } : { from }),
        idempotencyKey: `dashboard-${event.id.slice(-80)}-${event.run}`,
      }),
    onSuccess: () => {
      announce('It runs again.');
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries(),
  });
  return (
    <Dialog
      title="Run it again"
      description="The same event, in a new run. What its earlier stages gave is kept, unless it begins at the start."
      isOpen
      onClose={onClose}
    >
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault();
          if (data.ok) mutate();
        }}
      >
        <label>
          Where it begins
          <select
            value={patch.length > 0 ? 'start' : from}
            disabled={patch.length > 0}
            onChange={({ target }) => setFrom(target.value === 'start' ? 'start' : 'stage')}
          >
            <option value="stage">at the stage that failed</option>
            <option value="start">at the start</option>
          </select>
        </label>
        <label>
          Data
          <textarea
            rows={8}
            spellCheck={false}
            value={text}
            onChange={({ target }) => setText(target.value)}
            aria-invalid={!data.ok}
            aria-describedby="replay-note"
          />
        </label>
        <p id="replay-note">
          {!data.ok
            ? `This is not JSON: ${data.detail}`
            : patch.length > 0
              ? `With this patch, from the start: ${JSON.stringify(patch)}`
              : 'The data stays as it is.'}
        </p>
        {error && <Problem error={error} />}
        <div className="actions">
          <button type="submit" className="main" disabled={!data.ok || isPending}>
            Run it again
          </button>
          <button type="button" onClick={onClose}>
            Not now
          </button>
        </div>
      </form>
    </Dialog>
  );
}
