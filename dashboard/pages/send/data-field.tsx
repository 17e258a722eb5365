import { Tabs } from 'radix-ui';
import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';
import type { InputFault } from '../../../client/tickless-error.ts';
import { JsonField } from './json-field.tsx';

const DataForm = lazy(async () => ({ default: (await import('./data-form.tsx')).DataForm }));

export interface DataFieldProps {
  readonly schema: Readonly<Record<string, unknown>> | null;
  readonly data: unknown;
  readonly faults: readonly InputFault[];
  readonly onChange: (data: unknown) => void;
  readonly onValid: (isValid: boolean) => void;
}

/** An event's data: by a form where its type's schema gives one, and as JSON. */
export function DataField({ schema, data, faults, onChange, onValid }: DataFieldProps): ReactNode {
  const json = <JsonField value={data} onChange={onChange} onValid={onValid} />;
  if (schema === null || !hasFields(schema)) {
    return (
      <div className="fields wide">
        <p className="quiet">Its type says nothing of its data’s fields.</p>
        {json}
      </div>
    );
  }
  return (
    <Tabs.Root defaultValue="form" onValueChange={() => onValid(true)}>
      <Tabs.List aria-label="How the data is written" className="tabs">
        <Tabs.Trigger value="form">Form</Tabs.Trigger>
        <Tabs.Trigger value="json">JSON</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="form">
        <Suspense fallback={<p className="quiet">Loading…</p>}>
          <DataForm schema={schema} data={data} faults={faults} onChange={onChange} />
        </Suspense>
      </Tabs.Content>
      <Tabs.Content value="json" className="fields wide">
        {json}
      </Tabs.Content>
    </Tabs.Root>
  );
}

/** A schema that takes everything makes no form. */
function hasFields(schema: Readonly<Record<string, unknown>>): boolean {
  return ['type', 'properties', 'anyOf', 'oneOf', 'allOf', '$ref', 'enum', 'const'].some((keyword) => keyword in schema);
}
