import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { announce } from '../../elements/announcements.tsx';
import { Dialog } from '../../elements/dialog.tsx';
import { Problem } from '../../elements/problem.tsx';
import { client } from '../../service/client.ts';
import { queryClient } from '../../service/query-client.ts';

/** Puts the dead letters of a cause aside once the reader has said so twice: nothing takes them back. */
export function DiscardDialog({ cause, onClose }: { readonly cause: string; readonly onClose: () => void }): ReactNode {
  const navigate = useNavigate();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => client.deadLetters.discard(cause),
    onSuccess: async () => {
      announce('They are put aside.');
      await navigate({ to: '/dead-letters' });
    },
    onSettled: () => queryClient.invalidateQueries(),
  });
  return (
    <Dialog
      title="Discard them"
      description="All dead letters of this cause are counted and run again in bulk no more, and this can’t be undone. Each can still be read, and run again by itself; what dies of this cause later is counted again."
      isOpen
      onClose={onClose}
    >
      {error && <Problem error={error} />}
      <div className="actions">
        <button type="button" data-dangerous disabled={isPending} onClick={() => mutate()}>
          Discard
        </button>
        <button type="button" onClick={onClose}>
          Not now
        </button>
      </div>
    </Dialog>
  );
}
