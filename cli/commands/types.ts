import type { AddCommand } from '../command-definition.ts';
import { renderType, renderTypes } from '../render-types.ts';

export function typesCommand(add: AddCommand): void {
  add({
    usage: 'types [type]',
    description: 'list the event types of the service, or show one with the JSON Schema of its data',
    examples: ['types', 'types order-approved', 'types order-approved --json | jq .schema'],
    async action({ client, terminal, print, paint, isJson }, _options, name) {
      if (name !== undefined) {
        const type = await client.eventTypes.get(name);
        print(type, renderType(type));
        return 0;
      }
      const { items } = await client.eventTypes.list();
      if (isJson) for (const item of items) print(item, '');
      else terminal.out(renderTypes(items, paint));
      return 0;
    },
  });
}
