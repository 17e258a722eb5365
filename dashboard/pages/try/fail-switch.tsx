import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { announce } from '../../elements/announcements.tsx';
import { dev } from '../../service/dev.ts';
import { queryClient } from '../../service/query-client.ts';

/** Has the receiver answer 500, for the reader to see retries, the breaker and redelivery. */
export function FailSwitch({ isFailing }: { readonly isFailing: boolean }): ReactNode {
  const { mutate, isPending } = useMutation({
    mutationFn: dev.setFailing,
    onError: (error) => announce(`The receiver was not told: ${error.message}.`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['dev'] }),
  });
  return (
    <label>
      <input type="checkbox" role="switch" checked={isFailing} disabled={isPending} onChange={({ target }) => mutate(target.checked)} />{' '}
      Answer 500 to each callback
    </label>
  );
}
