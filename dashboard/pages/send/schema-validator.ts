import type { RJSFSchema, ValidatorType } from '@rjsf/utils';
import { Validator } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';

/**
 * Tells the form which of several schemas its data has. Whether the data may be sent is for the service to say, which knows more than its
 * schema; so nothing is refused here. It compiles nothing, as the page's policy allows no code that is made from text.
 */
export const schemaValidator: ValidatorType = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
  isValid(schema, data, root) {
    try {
      return new Validator(within(schema, root), '2020-12').validate(data).valid;
    } catch {
      // A schema that this knows nothing of.
      return false;
    }
  },
};

/** A part of a schema may refer to what the whole defines. */
function within(schema: RJSFSchema, root: RJSFSchema): Schema {
  const { $defs, definitions } = root;
  return { ...($defs && { $defs }), ...(definitions && { definitions }), ...schema } as Schema;
}
