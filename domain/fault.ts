/** A fault at one place of the input: an RFC 6901 pointer into the body, or the name of a header or query parameter. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** Nobody is shown more of them. */
export const MAX_FAULTS = 100;
