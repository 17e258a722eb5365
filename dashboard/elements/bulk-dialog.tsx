import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { BulkCount, BulkOptions, BulkReceipt } from '../../client/bulk-types.ts';
import { formatCount, formatNumber } from '../format/count.ts';
import { queryClient } from '../service/query-client.ts';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';

export interface BulkDialogProps {
  readonly title: string;
  readonly description: string;
  /** What the button says that starts it. */
  readonly action: string;
  /** Of the further fields; the form itself checks what its inputs say of themselves. */
  readonly isValid?: boolean;
  readonly count: (asked: BulkOptions) => Promise<BulkCount>;
  readonly start: (asked: BulkOptions) => Promise<BulkReceipt>;
  readonly onClose: () => void;
  /** Fields besides the limit and the pace. */
  readonly children: ReactNode;
}

/** Has many things done once more, so many and so fast; then leads to the batch that does them. */
export function BulkDialog({ title, description, action, isValid = true, count, start, onClose, children }: BulkDialogProps): ReactNode {
  const [limit, setLimit] = useState('1000');
  const [pace, setPace] = useState('');
  // The answer may be lost on its way: asked for once more, it is started once.
  const [idempotencyKey] = useState(() => `dashboard-${Date.now()}-${Math.random()}`);
  const asked = { limit: Number(limit), ...(pace !== '' && { ratePerSecond: Number(pace) }) };
  const counting = useMutation({ mutationFn: () => count(asked) });
  const starting = useMutation({
    mutationFn: () => start({ ...asked, idempotencyKey }),
    onSettled: () => queryClient.invalidateQueries(),
  });
  const error = starting.error ?? counting.error;
  return (
    <Dialog title={title} description={description} isOpen onClose={onClose}>
      {starting.data ? (
        <Begun receipt={starting.data} onClose={onClose} />
      ) : (
        <form
          onChange={() => {
            counting.reset();
            if (starting.isError) starting.reset();
          }}
          onSubmit={(submitted) => {
            submitted.preventDefault();
            if (isValid) starting.mutate();
          }}
        >
          <div className="fields">
            <label>
              At most so many
              <input type="number" min={1} max={10_000} required value={limit} onChange={({ target }) => setLimit(target.value)} />
            </label>
            <label>
              At most so many a second
              <input
                type="number"
                min={0.001}
                max={1_000}
                step="any"
                placeholder="as fast as it goes"
                value={pace}
                onChange={({ target }) => setPace(target.value)}
              />
            </label>
          </div>
          {children}
          <p role="status">{counting.data && countSentence(counting.data)}</p>
          {error && <Problem error={error} />}
          <div className="actions">
            <button type="submit" className="main" disabled={!isValid || starting.isPending}>
              {action}
            </button>
            <button
              type="button"
              disabled={!isValid || counting.isPending}
              onClick={({ currentTarget }) => {
                if (currentTarget.form?.reportValidity() === true) counting.mutate();
              }}
            >
              Dry run
            </button>
            <button type="button" onClick={onClose}>
              Not now
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Begun({ receipt: { id, total, skipped }, onClose }: { readonly receipt: BulkReceipt; readonly onClose: () => void }): ReactNode {
  return (
    <>
      <p role="status">
        A batch of {formatCount(total, 'item')} has begun:{' '}
        <Link to="/batches/$id" params={{ id }} className="id">
          <bdi>{id}</bdi>
        </Link>
        {skipped > 0 && `. ${cannot(skipped)}`}
      </p>
      <div className="actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}

/** What a dry run has said. */
export function countSentence({ count, skipped }: BulkCount): string {
  const can = `${formatNumber(count)} would be run again.`;
  return skipped === 0 ? can : `${can} ${cannot(skipped)}`;
}

function cannot(skipped: number): string {
  return `${formatNumber(skipped)} more cannot be run again from here.`;
}
