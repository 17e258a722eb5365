import type { ReactNode } from 'react';
import { announce } from './announcements.tsx';

export function CopyButton({ text, what }: { readonly text: string; readonly what: string }): ReactNode {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      announce(`Copied: ${what}.`);
    } catch {
      // As over plain HTTP from another machine, where browsers have no clipboard for pages.
      announce('The browser does not let this page copy. Select the text instead.');
    }
  };
  return (
    <button type="button" onClick={() => void copy()} aria-label={`Copy ${what}`}>
      Copy
    </button>
  );
}
