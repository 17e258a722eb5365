export { createTickless } from './project/create-tickless.ts';
export type { CreateTicklessOptions, Tickless } from './project/create-tickless.ts';
