import type { StandardSchemaV1 } from '@standard-schema/spec';
import { originOf } from './value-origin.ts';

/** Each variable of an environment with the schema of its text; undefined where it isn't set. */
export type VariableSchemas = Readonly<Record<string, StandardSchemaV1>>;

export interface ReadVariables<Schemas extends VariableSchemas> {
  readonly values: { readonly [Name in keyof Schemas]: StandardSchemaV1.InferOutput<Schemas[Name]> };
  /** A line for each fault: its variable, its value unless that may be a secret, and where it is set. */
  readonly faults: readonly string[];
}

/** Reads variables. An empty value counts as not set, since `PORT=` would otherwise become 0. */
export function readVariables<Schemas extends VariableSchemas>(
  schemas: Schemas,
  variables: Readonly<Record<string, string | undefined>>,
  isSecret: (name: string) => boolean,
): ReadVariables<Schemas> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(schemas)) {
    const given = variables[name] === '' ? undefined : variables[name];
    const result = schema['~standard'].validate(given);
    if (result instanceof Promise) throw new Error(`the schema of ${name} does not answer at once`);
    if (result.issues === undefined) {
      if (result.value !== undefined) values[name] = result.value;
      continue;
    }
    const shown = isSecret(name) || given === undefined ? '' : `it is "${given}", `;
    const where = given === undefined ? 'it is not set' : `${shown}set in ${originOf(name)}`;
    faults.push(...result.issues.map(({ message }) => `  ${name}: ${message} (${where})`));
  }
  return { values: values as ReadVariables<Schemas>['values'], faults: [...new Set(faults)] };
}

/** @throws Error that names every faulty variable at once */
export function refuseFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`The environment has faults:\n${faults.join('\n')}`);
}
