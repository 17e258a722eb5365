import type { ReactNode } from 'react';
import { useStore } from '../service/store.ts';
import { theme, THEMES } from './theme.ts';

export function ThemeChoice(): ReactNode {
  const chosen = useStore(theme);
  return (
    <label className="theme">
      Theme{' '}
      <select value={chosen} onChange={({ target }) => theme.set(THEMES.find((known) => known === target.value) ?? 'system')}>
        {THEMES.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
