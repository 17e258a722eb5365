import type { ElementType, ReactNode } from 'react';

/** Instead of the package of this name: while a dialog is open, the style sheet keeps the page from scrolling. */
export function RemoveScroll({ as: As, children }: { readonly as: ElementType; readonly children: ReactNode }): ReactNode {
  return <As>{children}</As>;
}
