import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Attention } from './find-attention.ts';

/** What needs attention, in sentences that lead to where more is to be seen. */
export function AttentionList({ found }: { readonly found: readonly Attention[] }): ReactNode {
  if (found.length === 0) return <p className="all-well">Nothing needs attention.</p>;
  return (
    <ul className="attention">
      {found.map((each) => (
        <li key={each.sentence}>
          <AttentionSentence {...each} />
        </li>
      ))}
    </ul>
  );
}

function AttentionSentence({ sentence, to }: Attention): ReactNode {
  const text = <bdi>{sentence}</bdi>;
  return to === null ? text : <Link to={to}>{text}</Link>;
}
