import { parseSubjectName } from '../../domain/subject-id.ts';
import type { AddCommand } from '../command-definition.ts';
import { renderEvents } from '../render.ts';
import { renderChanges, renderSubject } from '../render-subject.ts';
import { UsageError } from '../usage-error.ts';

interface SubjectsOptions {
  readonly events?: boolean;
  readonly changes?: boolean;
}

export function subjectsCommand(add: AddCommand): void {
  add<SubjectsOptions>({
    usage: 'subjects <type/id>',
    description: "show a subject's state and version, the last 50 of its events, or what these have changed",
    examples: [
      'subjects account/a-1',
      'subjects account/a-1 --events',
      'subjects account/a-1 --changes',
      'subjects account/a-1 --json | jq .state',
    ],
    configure: (command) =>
      command.option('--events', 'its last 50 events, newest first').option('--changes', 'what they have changed, newest first'),
    async action({ client, terminal, print, paint, isJson }, { events = false, changes = false }, name = '') {
      const subject = parseSubjectName(name);
      if (subject === null) throw new UsageError(`"${name}" is no subject: name it as type/id`);
      if (changes) {
        const { items } = await client.subjects.changes(subject.type, subject.id);
        if (isJson) for (const item of items) print(item, '');
        else terminal.out(renderChanges(items));
        return 0;
      }
      if (!events) {
        const found = await client.subjects.get(subject.type, subject.id);
        print(found, renderSubject(found));
        return 0;
      }
      const { items } = await client.subjects.events(subject.type, subject.id);
      if (isJson) for (const item of items) print(item, '');
      else terminal.out(renderEvents(items, paint));
      return 0;
    },
  });
}
