import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCatalog } from '../../../domain/catalog.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import { chooseTier } from '../../../domain/tier.ts';
import type { Tier } from '../../../domain/tier.ts';
import { ownDefinitions } from '../../support/own-definitions.ts';
import { createLifeEvents } from '../../../events/life/life-events.ts';
import { handledEvent, handlerContext } from '../domain/event-samples.ts';
import { checkWith, parseWith } from '../../support/checked.ts';

const catalog = createCatalog(ownDefinitions);
const lifeEvents = createLifeEvents().filter(({ type }) => type !== 'life.tick');
const unknownLifeEvent = definitionOf('unknown');

/** features.md, "Priority of all 35 Life types". */
const typesByTier: readonly (readonly [Tier, string])[] = [
  ['critical', 'shock decay fear existential_void void'],
  ['high', 'noise recovery social_conflict isolation insight meaning_found'],
  [
    'normal',
    'idle memory_echo silence cognitive_doubt cognitive_clarity cognitive_confusion existential_purpose existential_finitude confusion curiosity acceptance joy sadness calm discomfort comfort fatigue inspiration creative_dissonance',
  ],
  ['low', 'social_presence social_harmony connection anticipation boredom'],
];
const tableRows = typesByTier.flatMap(([tier, types]) => types.split(' ').map((type) => [type, tier] as const));
const otherTypes = ['unknown', 'clarity_moment', 'processing_mode_activated'];

function definitionOf(type: string): EventDefinition {
  return catalog.find(type) ?? expect.fail(`there is no type "${type}"`);
}

function tierOf(type: string, data: unknown): Tier {
  const definition = definitionOf(type);
  return definition.tierOf({ data: parseWith(definition.data, data) });
}

/** What the stages come to, each given the results before it. */
async function resultsOf(definition: EventDefinition, data: unknown, type = definition.type) {
  const event = handledEvent(parseWith(definition.data, data), { type });
  const meaning = await definition.run('meaning', event, {}, handlerContext());
  const decision = await definition.run('decision', event, { meaning }, handlerContext());
  const action = await definition.run('action', event, { meaning, decision }, handlerContext());
  return { meaning, decision, action };
}

describe('the catalog', () => {
  it('holds the 35 Life types, the three names for any other, the example, and sessions', () => {
    const types = ownDefinitions.map(({ type }) => type);

    expect(types.toSorted()).toEqual(
      [...tableRows.map(([type]) => type), ...otherTypes, 'life.tick', 'order-placed', 'session'].toSorted(),
    );
    expect(lifeEvents).toHaveLength(38);
  });

  it.each(tableRows)('has %s in tier %s', (type, tier) => {
    expect(definitionOf(type)).toMatchObject({
      tier,
      weight: 'light',
      respondAfterRecord: false,
      stages: ['meaning', 'decision', 'action'],
    });
    expect(tierOf(type, { intensity: 0.1 })).toBe(tier);
  });

  it.each(otherTypes)('treats %s as any other type: normal', (type) => {
    expect(definitionOf(type).tier).toBe('normal');
    expect(tierOf(type, { intensity: 1 })).toBe('normal');
  });

  it('says of each Life type how strong it usually is', () => {
    expect(definitionOf('decay').summary).toBe('Life: intensity usually -0.5 to 0.');
  });
});

describe('an event from inside', () => {
  const internal = { intensity: 0.1, metadata: { internal: true } };

  it.each([...tableRows.map(([type]) => type).filter((type) => type !== 'memory_echo'), ...otherTypes])('makes %s low', (type) => {
    expect(tierOf(type, internal)).toBe('low');
  });

  it('leaves a memory_echo normal', () => {
    expect(tierOf('memory_echo', internal)).toBe('normal');
  });

  it('is told from one from outside by true alone', () => {
    expect(tierOf('shock', { intensity: 0.1, metadata: { internal: false } })).toBe('critical');
  });
});

describe('the urgency of a Life event', () => {
  it.each([
    [-0.8, 0.8],
    [0.8, 0.8],
    [0, 0],
    [-1, 1],
  ])('at intensity %s is %s', (intensity, urgency) => {
    expect(definitionOf('joy').urgencyOf({ intensity, metadata: {} })).toBe(urgency);
  });

  it.each<[string, number, Tier]>([
    ['joy', 0.79, 'normal'],
    ['joy', -0.8, 'high'],
    ['noise', 0.8, 'critical'],
    ['shock', 1, 'critical'],
    ['boredom', -1, 'normal'],
  ])('puts %s of %s in tier %s', (type, intensity, tier) => {
    const ofType = tierOf(type, { intensity });
    const urgency = definitionOf(type).urgencyOf({ intensity });

    expect(chooseTier({ asked: undefined, ofType, urgency, urgencyThreshold: 0.8 })).toBe(tier);
  });
});

describe('the data of a Life event', () => {
  it('may leave out the metadata', () => {
    expect(parseWith(definitionOf('joy').data, { intensity: 0.5 })).toEqual({ intensity: 0.5, metadata: {} });
  });

  it('keeps metadata of its own, and an intensity beyond the usual', () => {
    const data = { intensity: -1, metadata: { mood: 'grey', internal: false } };

    expect(parseWith(definitionOf('joy').data, data)).toEqual(data);
  });

  it.each([
    [{}],
    [null],
    [{ intensity: 1.01 }],
    [{ intensity: -1.01 }],
    [{ intensity: NaN }],
    [{ intensity: '0.5' }],
    [{ intensity: 0, metadata: 'x' }],
    [{ intensity: 0, metadata: { internal: 'yes' } }],
  ])('is not %o', (data) => {
    expect(checkWith(definitionOf('joy').data, data).issues).toBeDefined();
  });
});

describe('the shape that older clients send', () => {
  const { adapt } = definitionOf('joy');
  const today = { type: 'joy', data: { intensity: 0.5, metadata: { mood: 'bright' } }, time: '2026-01-01T12:00:00Z' };

  it.each([
    ['as it is today', today],
    ['flat', { type: 'joy', intensity: 0.5, metadata: { mood: 'bright' }, timestamp: '2026-01-01T12:00:00Z' }],
    ['flat, with data for metadata', { type: 'joy', intensity: 0.5, data: { mood: 'bright' }, timestamp: '2026-01-01T12:00:00Z' }],
    ["flat, with today's time", { type: 'joy', intensity: 0.5, metadata: { mood: 'bright' }, time: '2026-01-01T12:00:00Z' }],
  ])('is read %s', (_how, envelope) => {
    expect(adapt(envelope)).toEqual(today);
  });

  it.each([
    ['times', { ...today, timestamp: '2000-01-01T00:00:00Z' }, 'timestamp'],
    ['metadata', { ...today, intensity: 0.5, metadata: { mood: 'bright' } }, 'metadata'],
  ])('of two %s has the older name left, which is refused as unknown', (_what, envelope, field) => {
    expect(adapt(envelope)).toHaveProperty(field);
  });

  it('needs no metadata', () => {
    expect(adapt({ type: 'joy', intensity: 0.5 })).toEqual({ type: 'joy', data: { intensity: 0.5 } });
  });

  it('is not guessed at: metadata without an intensity stays, and is refused as unknown', () => {
    const envelope = { type: 'joy', metadata: {}, data: { intensity: 0.5 } };

    expect(adapt(envelope)).toEqual(envelope);
  });

  it('keeps the rest of the envelope', () => {
    const rest = { type: 'joy', id: 'a', source: 's', subject: 'life-1', tier: 'low', callback: { url: 'https://shop.example' } };

    expect(adapt({ ...rest, intensity: 0 })).toEqual({ ...rest, data: { intensity: 0 } });
  });
});

type Vector = readonly [
  type: string,
  intensity: number,
  significance: number,
  meant: string,
  decided: string | null,
  delta: readonly [energy: number, stability: number, integrity: number] | null,
];

// The first is life.md's own (section 11). The others are its events met at birth, worked out by hand from its formulas:
// there the pattern is dampen from a significance of 0.1 on, and a decision to dampen costs 0.005 of energy.
describe('an event without a subject meets the state at birth, 100/1/1', () => {
  it.each<Vector>([
    ['shock', -0.8, 1, 'dampen', 'dampen', [-0.305, -0.02, -0.01]],
    ['noise', 0.3, 0.15, 'dampen', 'absorb', [-0.00675, -0.00045, 0]],
    ['noise', 0.25, 0.125, 'dampen', 'ignore', [0, 0, 0]],
    ['recovery', 0.5, 0.5, 'dampen', 'dampen', [-0.005, 0, 0]],
    ['existential_purpose', 0.7, 0.98, 'dampen', 'dampen', [-0.005, 0, 0]],
    ['memory_echo', 0.2, 0.16, 'dampen', 'absorb', [-0.0008, 0, 0]],
    ['idle', 0, 0, 'ignore', null, null],
    ['unknown', 0.7, 0.7, 'dampen', 'dampen', [-0.005, 0, 0]],
  ])('%s of %s', async (type, intensity, significance, meant, decided, delta) => {
    const { meaning, decision, action } = await resultsOf(definitionOf(type), { intensity });

    expect(meaning).toMatchObject({ eventType: type, significance: expect.closeTo(significance, 9), pattern: meant });
    expect(decision).toEqual(decided === null ? null : { pattern: decided });
    expect(action).toEqual(delta === null ? null : { delta: vitals(delta) });
  });

  it('remembers what a memory_echo echoes', async () => {
    const metadata = { original_memory: { event_type: 'shock', emotional_impact: 'negative' } };

    const { meaning } = await resultsOf(definitionOf('memory_echo'), { intensity: 0.2, metadata });

    // Mood: 0.9 for a stability above 0.8, times 0.8 for an energy above 80.
    const coloured = (base: number, echo: number) => (base * 0.2 * 0.16 + echo * 0.2) * (0.9 * 0.8) * 0.5;
    expect(meaning).toMatchObject({ impact: vitals([coloured(-0.05, -0.2), coloured(0.02, -0.03), coloured(0.01, -0.01)]) });
  });

  it.each([
    ['without a mood', { event_type: 'shock' }],
    ['of an unheard-of mood', { event_type: 'shock', emotional_impact: 'mixed' }],
  ])('takes a memory %s for a neutral one', async (_what, memory) => {
    const neutral = { event_type: 'shock', emotional_impact: 'neutral' };

    expect(await echoOf(memory)).toEqual(await echoOf(neutral));
    expect(await echoOf(memory)).not.toEqual(await echoOf(undefined));
  });

  it.each([['no object'], [{}], [{ event_type: 7 }], [null]])('does without a memory it cannot read: %o', async (memory) => {
    expect(await echoOf(memory)).toEqual(await echoOf(undefined));
  });

  it('comes to the same whenever it is run again', async () => {
    const anyType = fc.constantFrom(...lifeEvents);
    await fc.assert(
      fc.asyncProperty(anyType, fc.double({ min: -1, max: 1, noNaN: true }), async (definition, intensity) => {
        const first = await resultsOf(definition, { intensity });

        expect(await resultsOf(definition, { intensity })).toEqual(first);
        expect(JSON.parse(JSON.stringify(first))).toEqual(first);
      }),
    );
  });
});

describe('a type that is not in the catalog', () => {
  it('is processed under its own name where the service accepts such', async () => {
    const results = await resultsOf(unknownLifeEvent, { intensity: 0.7 }, 'first_snow');

    expect(results).toEqual({
      meaning: { eventType: 'first_snow', significance: 0.7, impact: vitals([0, 0, 0]), pattern: 'dampen' },
      decision: { pattern: 'dampen' },
      action: { delta: vitals([-0.005, 0, 0]) },
    });
    expect(unknownLifeEvent.tier).toBe('normal');
  });

  it.each(otherTypes)('comes to the same as %s', async (type) => {
    const { meaning, ...rest } = await resultsOf(definitionOf(type), { intensity: -0.4 });
    const other = await resultsOf(unknownLifeEvent, { intensity: -0.4 }, 'first_snow');

    expect({ meaning: { ...(meaning as object), eventType: 'first_snow' }, ...rest }).toEqual(other);
  });
});

async function echoOf(memory: unknown): Promise<unknown> {
  const { meaning } = await resultsOf(definitionOf('memory_echo'), { intensity: 0.2, metadata: { original_memory: memory } });
  return meaning;
}

function vitals([energy = NaN, stability = NaN, integrity = NaN]: readonly number[]) {
  return { energy: expect.closeTo(energy, 9), stability: expect.closeTo(stability, 9), integrity: expect.closeTo(integrity, 9) };
}

describe('other rules than the defaults', () => {
  const birth = { id: 'a', tenant: 'default', atMs: 0 };

  it('let a weak life lose vitals as time passes', () => {
    const weak = { ...(subjectOf({ weakens: true }).initial(birth) as object), stability: 0.05 };

    expect(subjectOf({ weakens: true }).settle(weak, 1_000)).toMatchObject({ energy: 99.98, stability: expect.closeTo(0.01, 9) });
    expect(subjectOf({}).settle(weak, 1_000)).toMatchObject({ energy: 100, stability: 0.05 });
  });

  it('weigh the patterns of all stages and of the state alike', async () => {
    const rules = { coefficients: { ignore: 0, absorb: 1, dampen: 0.2, amplify: 1.5 } };
    const shock = createLifeEvents(rules).find(({ type }) => type === 'shock') ?? expect.fail('there is no shock');
    const data = { intensity: -0.8, metadata: {} };

    const results = await resultsOf(shock, data);
    const before = subjectOf(rules).initial(birth);
    const after = subjectOf(rules).apply(before, { ...handledEvent(data, { type: 'shock' }), results, atMs: 0 });

    // -1.5 * 0.8 * 0.2 * 0.2, and 0.01 * (1 - 0.2) for the action itself.
    expect(results.action).toEqual({ delta: vitals([-0.056, -0.0032, -0.0016]) });
    expect(after).toMatchObject({ energy: expect.closeTo(99.944, 9) });
  });

  function subjectOf(rules: Parameters<typeof createLifeEvents>[0]) {
    return createLifeEvents(rules)[0]?.subject ?? expect.fail('there is no subject');
  }
});
