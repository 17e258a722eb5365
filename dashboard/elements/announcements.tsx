import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { createStore, useStore } from '../service/store.ts';

const SHOWN_FOR_MS = 8_000;

const latest = createStore<{ readonly text: string } | null>(null);

/** Says what came of something that was asked for, to the eye and to a screen reader. */
export function announce(text: string): void {
  latest.set({ text });
}

export function Announcements(): ReactNode {
  const shown = useStore(latest);
  useEffect(() => {
    if (shown === null) return;
    const timer = setTimeout(() => latest.set(null), SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div role="status" className="announcements">
      {shown && <p>{shown.text}</p>}
    </div>
  );
}
