import { useState } from 'react';
import type { ReactNode } from 'react';
import { BulkDialog } from '../../elements/bulk-dialog.tsx';
import { toLocalTime } from '../../format/local-time.ts';
import { client } from '../../service/client.ts';

// As far back as a service knows what has ended, if nothing else is configured.
const WEEK_MS = 7 * 24 * 3_600_000;

/** Has the callbacks sent again that were given up to a destination, whatever for. */
export function RedeliverDialog({ origin, onClose }: { readonly origin: string; readonly onClose: () => void }): ReactNode {
  const [since, setSince] = useState(() => toLocalTime(new Date(Date.now() - WEEK_MS)));
  const [until, setUntil] = useState('');
  // Only what the form's own check lets pass is asked for.
  const within = () => ({ since: new Date(since).toISOString(), ...(until !== '' && { until: new Date(until).toISOString() }) });
  return (
    <BulkDialog
      title="Send again what was given up"
      description={`A batch has the callbacks to ${origin} sent again that were given up in this time.`}
      action="Send them again"
      count={(asked) => client.destinations.redeliver(origin, { ...asked, ...within(), dryRun: true })}
      start={(asked) => client.destinations.redeliver(origin, { ...asked, ...within() })}
      onClose={onClose}
    >
      <div className="fields">
        <label>
          Given up since
          <input type="datetime-local" required value={since} onChange={({ target }) => setSince(target.value)} />
        </label>
        <label>
          Until
          <input type="datetime-local" value={until} onChange={({ target }) => setUntil(target.value)} />
        </label>
      </div>
    </BulkDialog>
  );
}
