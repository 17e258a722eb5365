import { useState } from 'react';
import type { ReactNode } from 'react';
import type { DeadLetterResource } from '../../../domain/dead-letter-resource.ts';
import { DiscardDialog } from './discard-dialog.tsx';
import { DryRunDialog } from './dry-run-dialog.tsx';
import { ReplayCauseDialog } from './replay-cause-dialog.tsx';

export interface CauseActionsProps {
  readonly cause: string;
  /** Undefined where nothing is known of it, or nothing is left. What was opened before stays open. */
  readonly letter: DeadLetterResource | undefined;
}

/** What can be done with all dead letters of a cause; what the service would refuse in any case isn't offered. */
export function CauseActions({ cause, letter }: CauseActionsProps): ReactNode {
  const [opened, setOpened] = useState<'dry-run' | 'replay' | 'discard' | null>(null);
  const close = (): void => setOpened(null);
  return (
    <div className="actions">
      {letter !== undefined && letter.kind !== 'subject' && (
        <>
          <button type="button" onClick={() => setOpened('dry-run')}>
            Dry run
          </button>
          <button type="button" onClick={() => setOpened('replay')}>
            Run again…
          </button>
        </>
      )}
      {letter !== undefined && (
        <button type="button" data-dangerous onClick={() => setOpened('discard')}>
          Discard…
        </button>
      )}
      {opened === 'dry-run' && <DryRunDialog cause={cause} onClose={close} />}
      {opened === 'replay' && <ReplayCauseDialog cause={cause} canPatch={letter?.kind === 'event'} onClose={close} />}
      {opened === 'discard' && <DiscardDialog cause={cause} onClose={close} />}
    </div>
  );
}
