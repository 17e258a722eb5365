import { z } from 'zod';
import { defineEvent } from '../../domain/define-event.ts';
import type { EventDefinition, HandlerContext } from '../../domain/define-event.ts';
import { defineSubject } from '../../domain/define-subject.ts';
import type { FollowUpOptions } from '../../domain/follow-up.ts';

export const BRANCH_TYPES = ['test-branch', 'test-branch-heavy', 'test-branch-grouped', 'test-branch-of-subject'] as const;

/** An event that is to follow from another, with what is to follow from it. */
export interface Branch {
  readonly name: string;
  readonly type: (typeof BRANCH_TYPES)[number];
  readonly options?: FollowUpOptions;
  /** What its first stage emits, and its second. */
  readonly first?: readonly Branch[];
  readonly second?: readonly Branch[];
  /** Its stages fail once after they have emitted all of it; `always`: the second does each time; `exits`: the second ends its process once. */
  readonly fails?: 'once' | 'always' | 'exits';
}

const branch: z.ZodType<Branch> = z.object({
  name: z.string(),
  type: z.enum(BRANCH_TYPES),
  options: z.object({ id: z.string(), delayMs: z.int(), subject: z.string() }).partial().optional(),
  first: z.lazy(() => z.array(branch)).optional(),
  second: z.lazy(() => z.array(branch)).optional(),
  fails: z.enum(['once', 'always', 'exits']).optional(),
}) as never;

function emitAll(branches: readonly Branch[] = [], { emit }: Pick<HandlerContext, 'emit'>): void {
  for (const one of branches) emit(one.type, one, one.options);
}

function branching(type: string, options: Partial<Pick<EventDefinition, 'weight' | 'coalesce'>> = {}): EventDefinition {
  return defineEvent({
    type,
    data: branch,
    tier: 'normal',
    retry: { initialDelayMs: 50, maxAttempts: 3 },
    stages: [
      [
        'first',
        ({ data: { first, fails } }, _before, context) => {
          emitAll(first, context);
          if (fails === 'once' && context.attempt === 1) throw new Error('it fails once');
          return (first ?? []).length;
        },
      ],
      [
        'second',
        ({ data: { second, fails } }, _before, context) => {
          emitAll(second, context);
          if (fails === 'exits' && context.attempt === 1) process.exit(7);
          if (fails === 'always' || (fails === 'once' && context.attempt === 1)) throw new Error('it fails');
          return (second ?? []).length;
        },
      ],
    ],
    ...options,
  });
}

const branches = defineSubject<{ readonly names: readonly string[] }>({
  type: 'test-branches',
  initial: () => ({ names: [] }),
  apply: ({ names }, { data }) => ({ names: [...names, (data as Branch).name] }),
});

const ofSubject = defineEvent({
  type: 'test-branch-of-subject',
  data: branch,
  tier: 'normal',
  subject: branches,
  handler: ({ data: { first } }, context) => emitAll(first, context),
});

/** Types whose data says what they are to emit. */
export const branchingDefinitions: readonly EventDefinition[] = [
  branching('test-branch'),
  branching('test-branch-heavy', { weight: 'heavy' }),
  branching('test-branch-grouped', { coalesce: true }),
  ofSubject,
];
