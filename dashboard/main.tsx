import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followTheme } from './frame/theme.ts';
import { router } from './routes.tsx';
import { LiveEvents } from './service/live-events.tsx';
import { queryClient } from './service/query-client.ts';

followTheme();
const root = document.querySelector('#root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <LiveEvents>
        <RouterProvider router={router} />
      </LiveEvents>
    </QueryClientProvider>
  </StrictMode>,
);
