/** Begins to watch a process's event loop; what it returns says whether that has had next to no rest since. */
export type WatchLoop = () => () => boolean;
