import { expect, it } from 'vitest';
import { toSearchAttributes } from '../../../../temporal/durable/search-attributes.ts';

it('writes what a workflow is found by as keywords, as queries name them', () => {
  const attributes = toSearchAttributes({ Kind: 'internal', Tenant: 'acme', Subject: "o'brien" });

  expect(attributes.getAll()).toEqual([
    { key: { name: 'Kind', type: 'KEYWORD' }, value: 'internal' },
    { key: { name: 'Tenant', type: 'KEYWORD' }, value: 'acme' },
    { key: { name: 'Subject', type: 'KEYWORD' }, value: 'o%27brien' },
  ]);
});
