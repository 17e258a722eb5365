import type { AddCommand } from '../command-definition.ts';
import { renderTree } from '../render.ts';

export function treeCommand(add: AddCommand): void {
  add({
    usage: 'tree <id>',
    description: 'show what has followed from the first event of the tree that an event belongs to',
    examples: ['tree my-1'],
    async action({ client, print, paint }, _options, id = '') {
      const tree = await client.events.tree(id);
      print(tree, renderTree(tree, paint));
      return 0;
    },
  });
}
