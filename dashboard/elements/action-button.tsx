import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { queryClient } from '../service/query-client.ts';
import { announce } from './announcements.tsx';

export interface ActionButtonProps {
  readonly children: string;
  readonly act: () => Promise<unknown>;
  /** What is said when it was done. */
  readonly done: string;
  readonly isDangerous?: boolean;
}

/** Asks the service for something, says what came of it, and has everything shown asked for anew. */
export function ActionButton({ children, act, done, isDangerous = false }: ActionButtonProps): ReactNode {
  const { mutate, isPending } = useMutation({
    mutationFn: act,
    onSuccess: () => announce(done),
    onError: (error) => announce(`${children}: ${error.message}.`),
    onSettled: () => queryClient.invalidateQueries(),
  });
  return (
    <button type="button" disabled={isPending} data-dangerous={isDangerous || undefined} onClick={() => mutate()}>
      {children}
    </button>
  );
}
