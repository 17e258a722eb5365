import { expect, it } from 'vitest';
import { TypeBlockedError } from '../../../domain/question.ts';

it('says whose fault it is that there is no answer', () => {
  expect(new TypeBlockedError('priced', 'it threw TypeError').message).toBe(
    'what the type "priced" has to say of it is not to be had: it threw TypeError',
  );
});
