import { QueryClient } from '@tanstack/react-query';
import { TicklessError } from '../../client/tickless-error.ts';

const TRIES = 3;

/** What is shown stays there while it is asked for again, also while the service is away. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < TRIES && mayPass(error),
      staleTime: 1_000,
      // Our own service is asked, which may be reached without any network.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

/** Whether the same request may be answered otherwise a moment later. */
export function mayPass(error: Error): boolean {
  return !(error instanceof TicklessError) || error.status === 0 || error.status === 429 || error.status >= 500;
}
