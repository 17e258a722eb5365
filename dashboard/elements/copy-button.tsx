import type { ReactNode } from 'react';
import { announce } from './announcements.tsx';

export interface CopyButtonProps {
  readonly text: string;
  readonly what: string;
  /** What the button says, where it stands beside nothing that says what is copied. */
  readonly label?: string;
}

export function CopyButton({ text, what, label }: CopyButtonProps): ReactNode {
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
    <button type="button" onClick={() => void copy()} aria-label={label ?? `Copy ${what}`}>
      {label ?? 'Copy'}
    </button>
  );
}
