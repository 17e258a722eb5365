import { SEARCH_ATTRIBUTES } from '../../temporal/durable/names.ts';
import { fault, ok } from './finding.ts';
import type { Finding } from './finding.ts';

export interface SearchAttributesState {
  readonly namespace: string;
  /** The namespace's own, by name, as the engine numbers types. */
  readonly types: Readonly<Record<string, number>>;
}

/** `IndexedValueType` of the Temporal API. */
const TYPE_NAMES = ['none', 'Text', 'Keyword', 'Int', 'Double', 'Bool', 'Datetime', 'KeywordList'];
const KEYWORD = 2;

/** Starts that name a search attribute the namespace lacks, or has with another type, are refused: no event is accepted. */
export function checkSearchAttributes({ namespace, types }: SearchAttributesState): readonly Finding[] {
  const wrong = SEARCH_ATTRIBUTES.filter((name) => types[name] !== undefined && types[name] !== KEYWORD);
  const missing = SEARCH_ATTRIBUTES.filter((name) => types[name] === undefined);
  const findings = [
    ...wrong.map((name) =>
      fault(
        'search attributes',
        `"${name}" of the namespace "${namespace}" has the type ${TYPE_NAMES[types[name] ?? 0] ?? 'unknown'}, not Keyword.`,
        "A type can't be changed: use another namespace (TEMPORAL_NAMESPACE).",
      ),
    ),
    ...(missing.length === 0
      ? []
      : [
          fault(
            'search attributes',
            `The namespace "${namespace}" lacks ${missing.join(', ')}.`,
            `temporal operator search-attribute create --namespace ${namespace} ${missing.map((name) => `--name ${name} --type Keyword`).join(' ')}`,
          ),
        ]),
  ];
  return findings.length > 0 ? findings : [ok('search attributes', `All ${SEARCH_ATTRIBUTES.length} are there, as Keyword.`)];
}
