import { useState } from 'react';
import type { ReactNode } from 'react';
import { parseJson } from '../../format/parse-json.ts';

export interface JsonFieldProps {
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  /** Told whether what stands there can be sent. */
  readonly onValid: (isValid: boolean) => void;
}

/** A value as JSON, to be written by hand. */
export function JsonField({ value, onChange, onValid }: JsonFieldProps): ReactNode {
  const [text, setText] = useState(() => JSON.stringify(value, null, 2) ?? '');
  const parsed = parseJson(text);
  return (
    <label>
      Data as JSON
      <textarea
        rows={12}
        spellCheck={false}
        value={text}
        aria-invalid={!parsed.ok}
        aria-describedby="json-note"
        onChange={({ target }) => {
          setText(target.value);
          const next = parseJson(target.value);
          onValid(next.ok);
          if (next.ok) onChange(next.value);
        }}
      />
      <span id="json-note">{parsed.ok ? '' : `This is not JSON: ${parsed.detail}`}</span>
    </label>
  );
}
