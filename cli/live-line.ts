import type { Terminal } from './terminal.ts';

/** One line that is rewritten on a screen; elsewhere a plain line for each milestone. */
export interface LiveLine {
  /** @param milestone plain lines are written when it changes */
  show(text: string, milestone: string): void;
  /** Leaves the line as it is, or away with it. */
  end(): void;
}

const CLEAR = '\r\u001b[2K';

export function createLiveLine({ err, isLive, columns }: Terminal): LiveLine {
  let shown = '';
  return {
    show(text, milestone) {
      // A line that wraps can't be rewritten.
      if (isLive) err(`${CLEAR}${text.slice(0, columns - 1)}`);
      else if (milestone !== shown) err(`${text}\n`);
      shown = milestone;
    },
    end() {
      if (isLive && shown !== '') err(CLEAR);
    },
  };
}
