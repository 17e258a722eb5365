import { LRUCache } from 'lru-cache';
import type { SubjectSnapshot } from '../domain/subject.ts';
import { subjectWorkflowId } from '../temporal/durable/workflow-ids.ts';
import type { SubjectKey } from '../domain/subject-id.ts';
import { askBriefly } from './ask-briefly.ts';

export interface SubjectSnapshots {
  /**
   * A subject as it is, or, where it is too busy to say so at once, as it was last read here: never older than what this
   * process has shown or answered before. Null when there is no such subject.
   */
  read(key: SubjectKey): Promise<SubjectSnapshot | null>;
  /** Notes that somebody was told of this version. */
  noteVersion(key: SubjectKey, version: number): void;
}

interface Known {
  readonly snapshot: SubjectSnapshot | null;
  /** Which reading it came by, of all in this process. */
  readonly reading: number;
  readonly toldVersion: number;
}

// Of up to 128 KiB each; those not heard of for longest are forgotten first.
const MAX_KNOWN = 500;

export function createSubjectSnapshots(ask: (key: SubjectKey) => Promise<SubjectSnapshot | null>): SubjectSnapshots {
  const known = new LRUCache<string, Known>({ max: MAX_KNOWN });
  let readings = 0;

  function keep(id: string, change: Partial<Known>): void {
    const before = known.get(id) ?? { snapshot: null, reading: 0, toldVersion: 0 };
    known.set(id, { ...before, ...change });
  }

  return {
    async read(key) {
      const id = subjectWorkflowId(key);
      const startedAfter = readings;
      const asked = ask(key).then((fresh) => {
        const last = known.get(id);
        // Two readings may overtake each other; a later one that finds less was of a subject that began anew.
        const isOvertaken = last !== undefined && last.reading > startedAfter && (last.snapshot?.version ?? 0) > (fresh?.version ?? 0);
        if (isOvertaken) return last.snapshot;
        readings += 1;
        keep(id, { snapshot: fresh, reading: readings });
        return fresh;
      });
      return askBriefly(asked, () => {
        const last = known.get(id);
        return last?.snapshot && last.snapshot.version >= last.toldVersion ? last.snapshot : null;
      });
    },

    noteVersion: (key, version) => {
      const id = subjectWorkflowId(key);
      if (version > (known.get(id)?.toldVersion ?? 0)) keep(id, { toldVersion: version });
    },
  };
}
