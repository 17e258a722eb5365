import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Admission, Intake, IntakeOptions } from '../../../api/intake.ts';
import { createIntake } from '../../../api/intake.ts';
import type { Tier } from '../../../domain/tier.ts';
import { TIERS } from '../../../domain/tier.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('the intake', () => {
  it('admits as many as may be in flight, at once', async () => {
    const { intake, enter, answers } = start({ maxInFlight: 3 });
    for (const name of ['a', 'b', 'c', 'd']) enter(name);
    await settle();
    expect([...answers.keys()]).toEqual(['a', 'b', 'c']);
    expect(counts(intake)).toEqual({ inFlight: 3, waiting: 1 });
    await answers.leave('a');
    expect(answers.admitted()).toEqual(['a', 'b', 'c', 'd']);
    expect(counts(intake)).toEqual({ inFlight: 3, waiting: 0 });
  });

  it('has room for critical ones of which others take none', async () => {
    const { intake, enter, answers } = start({ maxInFlight: 1, reserved: 1 });
    for (const name of ['a', 'b']) enter(name);
    for (const name of ['c', 'd']) enter(name, 'critical');
    await settle();
    expect(answers.admitted()).toEqual(['a', 'c']);
    expect(counts(intake)).toEqual({ inFlight: 2, waiting: 2 });
    await answers.leave('c');
    expect(answers.admitted()).toEqual(['a', 'c', 'd']);
    expect(counts(intake)).toEqual({ inFlight: 2, waiting: 1 });
    // Whoever has a reserved place keeps nobody from the others.
    await answers.leave('a');
    expect(answers.admitted()).toEqual(['a', 'c', 'd', 'b']);
    expect(counts(intake)).toEqual({ inFlight: 2, waiting: 0 });
  });

  it('lets one in for each that leaves, the highest tier first, and of equals whoever came first', async () => {
    const { enter, answers } = start({ maxInFlight: 1 });
    enter('first');
    for (const tier of ['low', 'normal', 'bulk', 'critical', 'high'] as const) for (const nth of [1, 2]) enter(`${tier} ${nth}`, tier);
    await settle();
    for (let admitted = 0; admitted < 10; admitted += 1) await answers.leave(answers.admitted().at(-1));
    expect(answers.admitted().slice(1)).toEqual(TIERS.flatMap((tier) => [`${tier} 1`, `${tier} 2`]));
  });

  it('lets one that has waited long in before a newer one of a higher tier', async () => {
    const { enter, answers } = start({ maxInFlight: 1, maxWaitMs: 1_000 });
    enter('first');
    enter('low', 'low');
    vi.advanceTimersByTime(800);
    enter('high', 'high');
    enter('critical', 'critical');
    await settle();
    for (const name of ['first', 'critical', 'low']) await answers.leave(name);
    expect(answers.admitted()).toEqual(['first', 'critical', 'low', 'high']);
  });

  it('sends away whoever has waited for too long where more wait than there are places, and says when to come again', async () => {
    const { intake, enter, answers } = start({ maxInFlight: 1, maxWaitMs: 1_000 });
    for (const name of ['first', 'second', 'third']) enter(name);
    await settle(999);
    expect(answers.size).toBe(1);
    expect(intake.waiting).toBe(2);
    await settle(1);
    expect(answers.get('second')).toEqual({ admitted: false, retryAfterMs: expect.any(Number) });
    expect(counts(intake)).toEqual({ inFlight: 1, waiting: 1 });
    await answers.leave('first');
    expect(answers.admitted()).toEqual(['first', 'third']);
  });

  it('sends all away for whom nothing moves', async () => {
    const { intake, enter, answers } = start({ maxInFlight: 2, maxWaitMs: 1_000 });
    for (const name of ['first', 'second', 'third', 'fourth']) enter(name);
    await settle(4_999);
    expect(answers.shed()).toEqual([]);
    await settle(1);
    expect(answers.shed()).toEqual(['third', 'fourth']);
    expect(counts(intake)).toEqual({ inFlight: 2, waiting: 0 });
  });

  it('sends away sooner whoever comes to a line that is never empty', async () => {
    const { enter, answers } = start({ maxInFlight: 1, maxWaitMs: 1_000 });
    enter('inside');
    enter('a');
    for (const name of ['b', 'c', 'd']) {
      enter(name);
      await settle(1_000);
    }
    expect(answers.shed()).toEqual(['a', 'b', 'c']);
    enter('late');
    // The line has stood for three seconds.
    await settle(99);
    expect(answers.shed()).toHaveLength(3);
    await settle(1);
    expect(answers.shed()).toEqual(['a', 'b', 'c', 'd']);
    for (const name of ['inside', 'late']) await answers.leave(name);
    // It is empty now.
    for (const name of ['e', 'f', 'g']) enter(name);
    await settle(999);
    expect(answers.shed()).toHaveLength(4);
    await settle(1);
    expect(answers.shed().slice(4)).toEqual(['f']);
    await answers.leave('e');
  });

  it('sends the lowest tier away when too many wait, whoever came last', async () => {
    const { intake, enter, answers } = start({ maxInFlight: 1, maxWaiting: 2 });
    enter('first');
    for (const tier of ['low', 'normal', 'critical', 'high', 'bulk'] as const) enter(tier, tier);
    await settle();
    expect(answers.shed()).toEqual(['low', 'normal', 'bulk']);
    expect(intake.waiting).toBe(2);
    for (const name of ['first', 'critical']) await answers.leave(name);
    expect(answers.admitted()).toEqual(['first', 'critical', 'high']);
  });

  it('sends the newest of equals away when too many wait', async () => {
    const { enter, answers } = start({ maxInFlight: 1, maxWaiting: 2 });
    for (const name of ['first', 'a', 'b', 'c']) enter(name);
    await settle();
    expect(answers.shed()).toEqual(['c']);
    await settle(1_000);
    expect(answers.shed()).toEqual(['c', 'a']);
    await answers.leave('first');
  });

  it('counts a leaving once, however often it is told', async () => {
    const { intake, enter, answers } = start({ maxInFlight: 1 });
    for (const name of ['a', 'b', 'c']) enter(name);
    await settle();
    for (let times = 0; times < 3; times += 1) await answers.leave('a');
    expect(counts(intake)).toEqual({ inFlight: 1, waiting: 1 });
    expect(answers.admitted()).toEqual(['a', 'b']);
    await answers.leave('b');
    await answers.leave('a');
    expect(counts(intake)).toEqual({ inFlight: 1, waiting: 0 });
  });

  it('says a time of at least a second and at most a minute', async () => {
    const { enter, answers } = start({ maxInFlight: 2, maxWaiting: 0 });
    for (const name of ['a', 'b', 'refused']) enter(name);
    await settle();
    expect(answers.retryAfterMs('refused')).toBe(1_000);
    const slow = start({ maxInFlight: 1, maxWaiting: 0, maxWaitMs: 1_000_000 });
    slow.enter('a');
    slow.enter('refused');
    await settle();
    expect(slow.answers.retryAfterMs('refused')).toBe(60_000);
  });

  it.each([
    { what: 'one by one', perTurn: 1 },
    { what: 'twenty at a time', perTurn: 20 },
  ])('says how long those before will take at the pace of late, events leaving $what', async ({ perTurn }) => {
    const { intake, enter, answers } = start({ maxInFlight: 100, maxWaiting: 900, maxWaitMs: 60_000 });
    for (let nth = 0; nth < 2_000; nth += 1) enter(`${nth}`, 'high');
    await settle();
    // One each 10 ms, on the whole.
    for (let turn = 0; turn < 400 / perTurn; turn += 1) {
      await settle(10 * perTurn);
      for (const name of answers.inside().slice(0, perTurn)) await answers.leave(name);
    }
    const before = intake.waiting + intake.inFlight;
    for (let nth = intake.waiting; nth <= 900; nth += 1) enter(`more ${nth}`, 'high');
    enter('refused', 'low');
    await settle();
    expect(before).toBe(600);
    expect(answers.retryAfterMs('refused')).toBeGreaterThan(10_000 / 2);
    expect(answers.retryAfterMs('refused')).toBeLessThan(10_000 * 2);
    while (answers.inside().length > 0) for (const name of answers.inside()) await answers.leave(name);
  });

  it("doesn't take a pause in which nothing came for slowness", async () => {
    const { enter, answers } = start({ maxInFlight: 100, maxWaiting: 0 });
    await settle(3_600_000);
    for (let nth = 0; nth < 50; nth += 1) {
      enter(`${nth}`);
      await settle(10);
      await answers.leave(`${nth}`);
      if (nth === 25) await settle(3_600_000);
    }
    for (let nth = 0; nth < 100; nth += 1) enter(`late ${nth}`);
    enter('refused');
    await settle();
    expect(answers.retryAfterMs('refused')).toBeLessThanOrEqual(2_000);
  });

  it('sends lower ones away in the place of a higher one that has waited too long', async () => {
    const { enter, answers } = start({ maxInFlight: 1, maxWaiting: 10, maxWaitMs: 1_000 });
    enter('inside', 'normal');
    enter('first', 'critical');
    await settle(500);
    for (const name of ['later', 'last']) enter(name, 'low');
    await settle(500);
    expect(answers.shed()).toEqual(['last']);
    await answers.leave('inside');
    expect(answers.admitted()).toEqual(['inside', 'first']);
    await answers.leave('first');
  });

  it('sends nobody away who comes again and again, as long as no more do so than there are places inside and in line', async () => {
    const loop = fc.record({
      places: fc.integer({ min: 1, max: 6 }),
      tiers: fc.array(fc.constantFrom(...TIERS), { minLength: 1, maxLength: 12 }),
      insideMs: fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(loop, async ({ places, tiers, insideMs }) => {
        const intake = createIntake({ maxInFlight: places, maxWaiting: 1_000, maxWaitMs: 1_000, now: Date.now });
        const answers: Admission['admitted'][] = [];
        const clients = tiers.slice(0, 2 * places).map(async (tier) => {
          for (const ms of [...insideMs, ...insideMs]) {
            const admission = await intake.enter(tier);
            answers.push(admission.admitted);
            if (!admission.admitted) return;
            await new Promise((resolve) => setTimeout(resolve, ms));
            admission.leave();
          }
        });
        await vi.runAllTimersAsync();
        await Promise.all(clients);
        expect(answers).not.toContain(false);
      }),
      { numRuns: 50 },
    );
  });

  it('sends bulk away before critical where more come than it can let in', async () => {
    const load = fc.record({
      places: fc.integer({ min: 2, max: 8 }),
      insideMs: fc.integer({ min: 20, max: 2_000 }),
      times: fc.integer({ min: 3, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(load, async ({ places, insideMs, times }) => {
        const intake = createIntake({ maxInFlight: places, maxWaiting: 20, maxWaitMs: 1_000, now: Date.now });
        const shed = { critical: 0, bulk: 0 };
        const come = async (tier: 'critical' | 'bulk'): Promise<void> => {
          const admission = await intake.enter(tier);
          if (!admission.admitted) shed[tier] += 1;
          else setTimeout(admission.leave, insideMs);
        };
        const all: Promise<void>[] = [];
        for (let nth = 0; nth < 60 * times; nth += 1) {
          // Critical ones alone would take up half of the places.
          all.push(come(nth % (2 * times) === 0 ? 'critical' : 'bulk'));
          await vi.advanceTimersByTimeAsync(insideMs / places / times);
        }
        await vi.runAllTimersAsync();
        await Promise.all(all);
        expect(shed.critical).toBe(0);
        expect(shed.bulk).toBeGreaterThan(0);
      }),
      { numRuns: 20 },
    );
  });

  it('answers everybody once, never has too many inside, and never fewer than none', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('enter' as const), tier: fc.constantFrom(...TIERS) }),
      fc.record({ kind: fc.constant('leave' as const), which: fc.nat(20) }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(600) }),
    );
    const options = fc.record({
      maxInFlight: fc.integer({ min: 1, max: 4 }),
      reserved: fc.nat(2),
      maxWaiting: fc.nat(4),
      maxWaitMs: fc.constant(1_000),
    });
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { maxLength: 40 }), async (limits, steps) => {
        const { intake, enter, answers } = start(limits);
        let entered = 0;
        const tiers = new Map<string, Tier>();
        for (const taken of steps) {
          if (taken.kind === 'enter') {
            entered += 1;
            tiers.set(`${entered}`, taken.tier);
            enter(`${entered}`, taken.tier);
          }
          if (taken.kind === 'leave') await answers.leave(answers.admitted()[taken.which]);
          if (taken.kind === 'pass') vi.advanceTimersByTime(taken.ms);
          await settle();
          expect(intake.inFlight).toBe(answers.inside().length);
          expect(intake.inFlight).toBeLessThanOrEqual(limits.maxInFlight + limits.reserved);
          expect(intake.waiting).toBe(entered - answers.size);
          expect(intake.waiting).toBeLessThanOrEqual(limits.maxWaiting);
          // Nobody waits beside an empty place.
          if (intake.waiting > 0) expect(intake.inFlight).toBeGreaterThanOrEqual(limits.maxInFlight);
          const waitingTiers = [...tiers].filter(([name]) => !answers.has(name)).map(([, tier]) => tier);
          if (waitingTiers.includes('critical')) expect(intake.inFlight).toBe(limits.maxInFlight + limits.reserved);
        }
        // Five in which nothing moves, and one more for each that can be sent away in the place of a higher one.
        for (let second = 0; second <= 5 + limits.maxWaiting; second += 1) await settle(1_000);
        expect(intake.waiting).toBe(0);
        for (const name of answers.shed()) expect(answers.retryAfterMs(name)).toBeGreaterThanOrEqual(1_000);
      }),
      { numRuns: 60 },
    );
  });
});

/** An intake, and what it answered to whom, in the order of its answers. */
function start(options: Partial<IntakeOptions> = {}): { intake: Intake; enter: (name: string, tier?: Tier) => void; answers: Answers } {
  const intake = createIntake({ maxInFlight: 1, maxWaiting: 1_000, maxWaitMs: 1_000, now: Date.now, ...options });
  const answers = new Answers();
  return {
    intake,
    answers,
    enter: (name, tier = 'normal') => void intake.enter(tier).then((admission) => answers.add(name, admission)),
  };
}

class Answers extends Map<string, Admission> {
  readonly #left = new Set<string>();

  add(name: string, admission: Admission): void {
    expect(this.has(name)).toBe(false);
    this.set(name, admission);
    this.#order.push({ name, admission });
  }

  readonly #order: { readonly name: string; readonly admission: Admission }[] = [];

  admitted(): readonly string[] {
    return this.#order.filter(({ admission }) => admission.admitted).map(({ name }) => name);
  }

  shed(): readonly string[] {
    return this.#order.filter(({ admission }) => !admission.admitted).map(({ name }) => name);
  }

  /** Those let in that haven't left. */
  inside(): readonly string[] {
    return this.admitted().filter((name) => !this.#left.has(name));
  }

  async leave(name: string | undefined): Promise<void> {
    const admission = this.get(name ?? '');
    if (admission?.admitted !== true) return;
    this.#left.add(name ?? '');
    admission.leave();
    await settle();
  }

  retryAfterMs(name: string): number {
    const admission = this.get(name);
    if (admission?.admitted !== false) throw new Error(`"${name}" was not sent away`);
    return admission.retryAfterMs;
  }
}

async function settle(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

function counts({ inFlight, waiting }: Intake): Pick<Intake, 'inFlight' | 'waiting'> {
  return { inFlight, waiting };
}
