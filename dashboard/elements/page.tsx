import { useEffect } from 'react';
import type { ReactNode } from 'react';

/** A page: its heading, which is the tab's title too, and what stands beside it. */
export function Page({
  title,
  name = title,
  beside,
  children,
}: {
  readonly title: ReactNode;
  /** As text, where the title is more. */
  readonly name?: ReactNode;
  readonly beside?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const text = typeof name === 'string' ? name : '';
  useEffect(() => {
    document.title = `${text} · Tickless`;
  }, [text]);
  return (
    <>
      <header className="page-head">
        <h1>{title}</h1>
        {beside}
      </header>
      {children}
    </>
  );
}
