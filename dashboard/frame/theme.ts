import { createStore } from '../service/store.ts';

export const THEMES = ['system', 'light', 'dark'] as const;

export type Theme = (typeof THEMES)[number];

const NAME = 'tickless-theme';

/** The reader's choice, kept for the next visit. */
export const theme = createStore<Theme>(THEMES.find((known) => known === localStorage.getItem(NAME)) ?? 'system');

/** Has the page follow it from now on. */
export function followTheme(): void {
  const apply = (): void => {
    document.documentElement.dataset['theme'] = theme.get();
    localStorage.setItem(NAME, theme.get());
  };
  apply();
  theme.subscribe(apply);
}
