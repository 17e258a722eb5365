import type { AddCommand } from '../command-definition.ts';

export function deadLettersDiscardCommand(add: AddCommand): void {
  add({
    usage: 'discard <cause>',
    description: 'put the dead letters of a cause aside: they are counted and replayed no more, and can still be read',
    examples: ['dead-letters discard 5b1d0c4f7a92e683'],
    async action({ client, print }, _options, cause = '') {
      await client.deadLetters.discard(cause);
      print({ cause, discarded: true }, `${cause}  discarded\n`);
      return 0;
    },
  });
}
