import type { ReactNode } from 'react';
import { connection } from '../service/connection.ts';
import type { Connection } from '../service/connection.ts';
import { useStore } from '../service/store.ts';

/** Whether what is shown is live, for the eye and a screen reader. */
export function ConnectionNote(): ReactNode {
  const shown = useStore(connection);
  return (
    <p role="status" className="connection" data-state={shown.state}>
      {sentenceOf(shown)}
    </p>
  );
}

function sentenceOf(shown: Connection): string {
  if (shown.state === 'live') return 'Live';
  if (shown.state === 'connecting') return 'Connecting…';
  if (shown.state === 'refused') return `Not live: ${shown.reason}`;
  return 'Connection lost. Trying again…';
}
