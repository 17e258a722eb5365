import { useState } from 'react';
import type { ReactNode } from 'react';
import { keyState, setKey } from '../service/key.ts';
import { queryClient } from '../service/query-client.ts';
import { useStore } from '../service/store.ts';
import { KeyDialog } from './key-dialog.tsx';

/** The tab's key: given, given anew, or forgotten. */
export function KeyButton(): ReactNode {
  const { key } = useStore(keyState);
  const [isAsked, setAsked] = useState(false);
  const forget = (): void => {
    setKey(null);
    void queryClient.resetQueries();
  };
  return (
    <>
      <button type="button" onClick={() => (key === null ? setAsked(true) : forget())}>
        {key === null ? 'Give a key' : 'Forget the key'}
      </button>
      <KeyDialog isAsked={isAsked} onClose={() => setAsked(false)} />
    </>
  );
}
