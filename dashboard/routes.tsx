import { createHashHistory, createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { ErrorPage } from './frame/error-page.tsx';
import { Frame } from './frame/frame.tsx';
import { NotFoundPage } from './frame/not-found-page.tsx';
import { parseEventFilter } from './service/event-filter.ts';

const root = createRootRoute({ component: Frame, notFoundComponent: NotFoundPage });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
});

const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  validateSearch: parseEventFilter,
  component: lazyRouteComponent(() => import('./pages/events/events-page.tsx'), 'EventsPage'),
});

const event = createRoute({
  getParentRoute: () => root,
  path: '/events/$id',
  component: lazyRouteComponent(() => import('./pages/event/event-page.tsx'), 'EventPage'),
});

const send = createRoute({
  getParentRoute: () => root,
  path: '/send',
  validateSearch: ({ type }): { readonly type?: string } => (typeof type === 'string' ? { type } : {}),
  component: lazyRouteComponent(() => import('./pages/send/send-page.tsx'), 'SendPage'),
});

const tryIt = createRoute({
  getParentRoute: () => root,
  path: '/try',
  component: lazyRouteComponent(() => import('./pages/try/try-page.tsx'), 'TryPage'),
});

const batches = createRoute({
  getParentRoute: () => root,
  path: '/batches',
  component: lazyRouteComponent(() => import('./pages/batches/batches-page.tsx'), 'BatchesPage'),
});

const batch = createRoute({
  getParentRoute: () => root,
  path: '/batches/$id',
  component: lazyRouteComponent(() => import('./pages/batches/batch-page.tsx'), 'BatchPage'),
});

const deadLetters = createRoute({
  getParentRoute: () => root,
  path: '/dead-letters',
  component: lazyRouteComponent(() => import('./pages/dead-letters/dead-letters-page.tsx'), 'DeadLettersPage'),
});

const cause = createRoute({
  getParentRoute: () => root,
  path: '/dead-letters/$cause',
  component: lazyRouteComponent(() => import('./pages/dead-letters/cause-page.tsx'), 'CausePage'),
});

const subjects = createRoute({
  getParentRoute: () => root,
  path: '/subjects',
  component: lazyRouteComponent(() => import('./pages/subjects/subjects-page.tsx'), 'SubjectsPage'),
});

const subject = createRoute({
  getParentRoute: () => root,
  path: '/subjects/$type/$id',
  component: lazyRouteComponent(() => import('./pages/subjects/subject-page.tsx'), 'SubjectPage'),
});

const limits = createRoute({
  getParentRoute: () => root,
  path: '/limits',
  component: lazyRouteComponent(() => import('./pages/limits/limits-page.tsx'), 'LimitsPage'),
});

const destinations = createRoute({
  getParentRoute: () => root,
  path: '/destinations',
  component: lazyRouteComponent(() => import('./pages/destinations/destinations-page.tsx'), 'DestinationsPage'),
});

const types = createRoute({
  getParentRoute: () => root,
  path: '/types',
  component: lazyRouteComponent(() => import('./pages/types/types-page.tsx'), 'TypesPage'),
});

const type = createRoute({
  getParentRoute: () => root,
  path: '/types/$type',
  component: lazyRouteComponent(() => import('./pages/types/type-page.tsx'), 'TypePage'),
});

/**
 * Which page an address has. The part after `#` is all that the page uses: the service has addresses of its own, and ids
 * and filters stay out of its logs.
 */
export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    events,
    event,
    send,
    tryIt,
    batches,
    batch,
    deadLetters,
    cause,
    subjects,
    subject,
    limits,
    destinations,
    types,
    type,
  ]),
  history: createHashHistory(),
  defaultErrorComponent: ErrorPage,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
