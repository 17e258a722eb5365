import { readFileSync } from 'node:fs';
import { expect, inject, it } from 'vitest';
import { ownDefinitions } from '../support/own-definitions.ts';

const bundle = readFileSync(inject('workflowBundlePath'), 'utf8').replace(/\/\/# sourceMappingURL=.*/s, '');

it('has no event type in it, so that editing a handler can’t break a running event', () => {
  const distinctive = ownDefinitions.map(({ type }) => type).filter((type) => type.includes('_') || type.includes('-'));

  expect(distinctive.length).toBeGreaterThan(10);
  expect(distinctive.filter((type) => bundle.includes(type))).toEqual([]);
});

it('has no zod in it', () => {
  expect(bundle).not.toMatch(/zod/i);
});

it('has the workflows in it, so that what is absent could have been found', () => {
  expect(bundle).toContain('processChunk');
  expect(bundle).toContain('not_cancellable');
});

it('is not rewritten for an older Node, which made helpers of all spreads', () => {
  expect(bundle).not.toContain('function _object_spread');
});
