import type { ReactNode } from 'react';
import { TIERS } from '../../../domain/tier.ts';
import type { Draft } from './draft.ts';

export interface EnvelopeFieldsProps {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** What can be said of any event. */
export function EnvelopeFields({ draft, onChange }: EnvelopeFieldsProps): ReactNode {
  const text = (label: string, name: 'id' | 'subject' | 'callbackUrl', type = 'text'): ReactNode => (
    <label>
      {label}
      <input type={type} dir="auto" value={draft[name]} onChange={({ target }) => onChange({ [name]: target.value })} />
    </label>
  );
  const seconds = (label: string, name: 'delaySeconds' | 'waitSeconds', max?: number): ReactNode => (
    <label>
      {label}
      <input type="number" min={0} max={max} step="any" value={draft[name]} onChange={({ target }) => onChange({ [name]: target.value })} />
    </label>
  );
  return (
    <div className="fields">
      {text('Own id', 'id')}
      <label>
        Tier
        <select value={draft.tier} onChange={({ target }) => onChange({ tier: target.value })}>
          <option value="">as its type says</option>
          {TIERS.map((tier) => (
            <option key={tier}>{tier}</option>
          ))}
        </select>
      </label>
      {text('Subject', 'subject')}
      {seconds('Delay, in seconds', 'delaySeconds')}
      {seconds('Wait for its end, in seconds', 'waitSeconds', 60)}
      {text('Callback URL', 'callbackUrl', 'url')}
    </div>
  );
}
