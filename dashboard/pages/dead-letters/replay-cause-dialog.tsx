import { useState } from 'react';
import type { ReactNode } from 'react';
import type { PatchOperation } from '../../../client/event-request.ts';
import { BulkDialog } from '../../elements/bulk-dialog.tsx';
import { parseJson } from '../../format/parse-json.ts';
import { client } from '../../service/client.ts';

export interface ReplayCauseDialogProps {
  readonly cause: string;
  /** Only an event by itself has data that can be changed for its next run. */
  readonly canPatch: boolean;
  readonly onClose: () => void;
}

/** Has all dead letters of a cause run again, with their data as it is or changed. */
export function ReplayCauseDialog({ cause, canPatch, onClose }: ReplayCauseDialogProps): ReactNode {
  const [text, setText] = useState('');
  const { patch, fault } = parsePatch(text);
  return (
    <BulkDialog
      title="Run them again"
      description="A batch runs them: events at the stage that failed, or from the start with a patch. Batches run all that failed in them, whatever the cause. Callbacks are sent again."
      action="Run them again"
      isValid={fault === null}
      count={(asked) => client.deadLetters.replay(cause, { ...asked, patch, dryRun: true })}
      start={(asked) => client.deadLetters.replay(cause, { ...asked, patch })}
      onClose={onClose}
    >
      {canPatch && (
        <label>
          JSON Patch of each event’s data
          <textarea
            rows={4}
            spellCheck={false}
            placeholder='[{"op": "replace", "path": "/cents", "value": 5000}]'
            value={text}
            onChange={({ target }) => setText(target.value)}
            aria-invalid={fault !== null}
            aria-describedby="patch-note"
          />
          <span id="patch-note">{fault ?? 'Left empty, the data stays as it is.'}</span>
        </label>
      )}
    </BulkDialog>
  );
}

interface ParsedPatch {
  readonly patch?: readonly PatchOperation[];
  readonly fault: string | null;
}

/** What its operations say is the service's to judge. */
function parsePatch(text: string): ParsedPatch {
  if (text.trim() === '') return { fault: null };
  const parsed = parseJson(text);
  if (!parsed.ok) return { fault: `This is not JSON: ${parsed.detail}` };
  return Array.isArray(parsed.value)
    ? { patch: parsed.value as readonly PatchOperation[], fault: null }
    : { fault: 'A JSON Patch is a list of operations.' };
}
