import Form from '@rjsf/core';
import { toErrorSchema } from '@rjsf/utils';
import type { RJSFSchema } from '@rjsf/utils';
import type { ReactNode } from 'react';
import type { InputFault } from '../../../client/tickless-error.ts';
import { schemaValidator } from './schema-validator.ts';

export interface DataFormProps {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly data: unknown;
  /** What the service has found wrong with what was sent. */
  readonly faults: readonly InputFault[];
  readonly onChange: (data: unknown) => void;
}

/** A form for an event's data, as its type's JSON Schema says. */
export function DataForm({ schema, data, faults, onChange }: DataFormProps): ReactNode {
  return (
    <Form
      // It stands within the form of the whole event.
      tagName="div"
      schema={withoutDialect(schema)}
      uiSchema={{ 'ui:submitButtonOptions': { norender: true } }}
      validator={schemaValidator}
      formData={data}
      extraErrors={toErrorSchema(faults.flatMap(toFormError))}
      showErrorList={false}
      onChange={({ formData }) => onChange(formData)}
    />
  );
}

/** The form would say that it knows only one. */
function withoutDialect({ $schema: _dialect, ...schema }: Readonly<Record<string, unknown>>): RJSFSchema {
  return schema;
}

const DATA = '/data';

function toFormError({ pointer, detail }: InputFault) {
  if (pointer !== DATA && !pointer.startsWith(`${DATA}/`)) return [];
  const path = pointer.slice(DATA.length).split('/').slice(1).map(unescape);
  return [{ property: path.map((name) => `.${name}`).join(''), message: detail, stack: detail }];
}

function unescape(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}
