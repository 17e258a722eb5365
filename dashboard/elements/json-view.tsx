import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatBytes } from '../format/bytes.ts';
import { formatJson } from '../format/json.ts';
import { CopyButton } from './copy-button.tsx';

// What is longer is folded, and unfolded by degrees: a browser takes seconds to lay out a megabyte.
const SHOWN_AT_FIRST = 4_000;
const MORE_EACH_TIME = 8;

/** A value as JSON, the beginning of it where it is long. @param label what it is, for whoever can't see where it stands */
export function JsonView({ value, label }: { readonly value: unknown; readonly label: string }): ReactNode {
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const text = formatJson(value);
  const isCut = text.length > shown;
  return (
    <div className="json">
      <pre tabIndex={0} role="region" aria-label={label}>
        {isCut ? `${text.slice(0, shown)}…` : text}
      </pre>
      <div className="actions">
        {isCut && (
          <button type="button" onClick={() => setShown(shown * MORE_EACH_TIME)}>
            Show more of {formatBytes(text.length)}
          </button>
        )}
        {shown > SHOWN_AT_FIRST && (
          <button type="button" onClick={() => setShown(SHOWN_AT_FIRST)}>
            Show less
          </button>
        )}
        <CopyButton text={text} what={label} />
      </div>
    </div>
  );
}
