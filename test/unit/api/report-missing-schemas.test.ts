import * as v from 'valibot';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { reportMissingSchemas } from '../../../api/report-missing-schemas.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import type { Ask } from '../../../domain/question.ts';
import { createAskHere } from '../../support/ask-here.ts';

const described = defineEvent({ type: 'described', data: z.object({}), tier: 'normal', handler: () => null });
const undescribed = defineEvent({ type: 'undescribed', data: v.object({}), tier: 'normal', handler: () => null });
const another = defineEvent({ type: 'another', data: v.object({}), tier: 'normal', handler: () => null });

it('names the types without a JSON Schema in one line', async () => {
  const catalog = createCatalog([described, undescribed, another]);
  const warn = vi.fn();
  await reportMissingSchemas({ catalog, ask: createAskHere(catalog), logger: { warn } });
  expect(warn.mock.calls).toEqual([[{ types: ['undescribed', 'another'] }, expect.stringContaining('give no JSON Schema')]]);
});

it('says nothing where all have one, nor of types that do not answer', async () => {
  const catalog = createCatalog([described]);
  const warn = vi.fn();
  const refuse: Ask = () => Promise.reject(new Error('no process is left to ask'));
  await reportMissingSchemas({ catalog, ask: createAskHere(catalog), logger: { warn } });
  await reportMissingSchemas({ catalog: createCatalog([undescribed]), ask: refuse, logger: { warn } });
  expect(warn).not.toHaveBeenCalled();
});
