import type { Client } from '@temporalio/client';
import { subjectOfEventId } from '../../domain/subject-id.ts';
import type { EventStore } from '../event-store.ts';
import type { SubjectEvents } from '../subject-events.ts';
import type { LiveRuns } from '../live-runs.ts';
import { explainEvent } from './explain-event.ts';
import { cancelAtHandlers, isAtHandlers, readAtHandlers, readNow } from './at-handlers.ts';
import { withDelivery } from './read-run.ts';

/** Events of subjects, as long as these keep them in full; their ids say which subject it is. */
export function createSubjectStore(client: Client, liveRuns: LiveRuns, subjects: SubjectEvents, now: () => number): EventStore {
  const read: EventStore['read'] = async (key) => {
    const resource = await subjects.get(key);
    // One that its subject no longer keeps in full may still be at its handlers.
    if (resource === null) return readAtHandlers(client, liveRuns, key);
    return withDelivery(client, await readNow(client, liveRuns, resource));
  };

  return {
    has: (id) => subjectOfEventId(id) !== null,

    read,

    accepted: subjects.accepted,

    async cancel(key) {
      if (subjects.why(key) !== null) return 'not_cancellable';
      const known = await read(key);
      if (known !== null && isAtHandlers(known)) return cancelAtHandlers(client, liveRuns, known);
      return (known ?? (await subjects.compacted(key))) === null ? 'not_found' : 'already_ended';
    },

    async lastRun(key) {
      const known = subjects.why(key) ?? (await subjects.get(key)) ?? (await subjects.compacted(key));
      return known === null ? null : { kind: 'kept', by: 'subject' };
    },

    async why(key) {
      const waiting = subjects.why(key);
      if (waiting !== null) return waiting;
      const resource = await read(key);
      return resource && explainEvent(client, resource, now());
    },
  };
}
