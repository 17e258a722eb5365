import { useState } from 'react';
import type { ReactNode } from 'react';
import { Dialog } from '../elements/dialog.tsx';
import { keyState, setKey } from '../service/key.ts';
import { queryClient } from '../service/query-client.ts';
import { useStore } from '../service/store.ts';

const DESCRIPTIONS = {
  missing: 'This service wants an API key. It is kept in this tab, and forgotten when the tab is closed.',
  unknown: 'The service does not know this key, or no longer does. Give another one.',
} as const;

/** Asks for a key when the service refuses to answer without one, or when the reader wants to give another. */
export function KeyDialog({ isAsked, onClose }: { readonly isAsked: boolean; readonly onClose: () => void }): ReactNode {
  const { refused } = useStore(keyState);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const [given, setGiven] = useState('');
  if (refused === null && dismissed !== null) setDismissed(null);
  const close = (): void => {
    setDismissed(refused);
    onClose();
  };
  const take = (): void => {
    const key = given.trim();
    if (key === '') return;
    setKey(key);
    setGiven('');
    onClose();
    // What another tenant's key has shown goes, what was refused is asked for again.
    void queryClient.resetQueries();
  };
  return (
    <Dialog
      title="API key"
      description={DESCRIPTIONS[refused ?? 'missing']}
      isOpen={isAsked || (refused !== null && refused !== dismissed)}
      onClose={close}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          take();
        }}
      >
        <label>
          Key
          <input type="password" autoComplete="off" required value={given} onChange={({ target }) => setGiven(target.value)} />
        </label>
        <div className="actions">
          <button type="submit" className="main">
            Use this key
          </button>
          <button type="button" onClick={close}>
            Not now
          </button>
        </div>
      </form>
    </Dialog>
  );
}
