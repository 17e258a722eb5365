import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Announcements } from '../elements/announcements.tsx';
import { timeZone } from '../format/moment.ts';
import { serviceUrl } from '../service/client.ts';
import { ConnectionNote } from './connection-note.tsx';
import { KeyButton } from './key-button.tsx';
import { NAVIGATION } from './navigation.ts';
import { ThemeChoice } from './theme-choice.tsx';

/** What stands around every page. */
export function Frame(): ReactNode {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    // A screen reader goes on at the new page, and the keyboard with it; what a page says of its filters is no new page.
    if (shown.current !== pathname) main.current?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [pathname]);
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header className="frame-head">
        <Link to="/" className="brand">
          Tickless
        </Link>
        <nav aria-label="Pages">
          <ul>
            {NAVIGATION.map(({ to, label }) => (
              <li key={to}>
                <Link to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <ConnectionNote />
      </header>
      <main ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="frame-foot">
        <span>Times are in {timeZone}.</span>
        <a href={`${serviceUrl}/docs`}>API</a>
        <KeyButton />
        <ThemeChoice />
      </footer>
      <Announcements />
    </>
  );
}
