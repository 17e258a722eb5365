import type { ReactNode } from 'react';

/** Instead of the package of this name: descriptions in schemas are shown as they are written. */
export function Markdown({ children }: { readonly children: ReactNode }): ReactNode {
  return children;
}
