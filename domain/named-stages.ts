/**
 * A stage with a name that its type gives it. It is given the event, what the stage before it returned (null for the first one),
 * and the context; what it returns is kept under its name.
 */
type NamedStage<Name extends string, Event, Context, Before, Result> = readonly [
  name: Name,
  run: (event: Event, before: Before, context: Context) => Promise<Result> | Result,
];

/**
 * One to eight stages, in their order: `A` is the name of the first and `A1` what it gives, and so on. They stand one by one, since the
 * compiler finds out what a stage is given only from a type that it finds out before.
 */
export type NamedStages<
  Event,
  Context,
  A extends string,
  A1,
  B extends string,
  B1,
  C extends string,
  C1,
  D extends string,
  D1,
  E extends string,
  E1,
  F extends string,
  F1,
  G extends string,
  G1,
  H extends string,
  H1,
> = readonly [
  NamedStage<A, Event, Context, null, A1>,
  NamedStage<B, Event, Context, A1, B1>?,
  NamedStage<C, Event, Context, B1, C1>?,
  NamedStage<D, Event, Context, C1, D1>?,
  NamedStage<E, Event, Context, D1, E1>?,
  NamedStage<F, Event, Context, E1, F1>?,
  NamedStage<G, Event, Context, F1, G1>?,
  NamedStage<H, Event, Context, G1, H1>?,
];
