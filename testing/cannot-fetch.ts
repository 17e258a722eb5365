import { NotGivenError } from './not-given-error.ts';

/** What handlers fetch with where their test gives nothing: no test reaches the network without meaning to. */
export function cannotFetch(giver: string): () => Promise<never> {
  return () => Promise.reject(new NotGivenError(`nothing can be fetched in this test: ${giver}({ fetch })`));
}
