export interface DynamicSetting {
  readonly key: string;
  readonly value: boolean | number | string;
  readonly reason: string;
}

/**
 * How the embedded server differs from its defaults (server 1.29.1).
 * Recorded with a running engine: one with other settings isn't adopted, so a change takes effect at the next start.
 */
export const DYNAMIC_CONFIG: readonly DynamicSetting[] = [
  {
    key: 'history.transferProcessorMaxPollRPS',
    value: 2_000,
    reason: 'the default of 20 per shard makes every hop but an eager one wait up to 50 ms for the next queue read',
  },
  { key: 'history.timerProcessorMaxPollRPS', value: 2_000, reason: 'the same for timers: delays, back-off, timeouts' },
  {
    key: 'history.timerProcessorMaxTimeShift',
    value: '10ms',
    reason: 'the default of 1s is how late a timer may fire: a back-off of 100 ms took 1 s (docs/decisions/0001-timer-shift.md)',
  },
  { key: 'system.enableActivityEagerExecution', value: true, reason: 'off by default; saves a commit and a queue hop per activity' },
  { key: 'matching.numTaskqueueReadPartitions', value: 1, reason: 'no forwarding between partitions; priority and fairness are exact' },
  { key: 'matching.numTaskqueueWritePartitions', value: 1, reason: 'goes with one read partition' },
  { key: 'matching.useNewMatcher', value: true, reason: 'priority keys do nothing in the old matcher, the default of 1.29.1' },
  {
    key: 'matching.enableFairness',
    value: true,
    reason: 'fairness keys (tenants) need it; never to be switched off, as 1.29.1 keeps fair backlogs in other tables and moves none back',
  },
  { key: 'frontend.namespaceRPS', value: 50_000, reason: 'the default of 2400 throttles a burst without saying so' },
  { key: 'frontend.rps', value: 50_000, reason: 'likewise, 2400' },
  { key: 'history.rps', value: 50_000, reason: 'likewise, 3000' },
  { key: 'matching.rps', value: 50_000, reason: 'likewise, 1200' },
  {
    key: 'frontend.namespaceCount',
    value: 20_000,
    reason: 'caps concurrent long calls (polls, queries, waiting results), 1200 by default',
  },
  { key: 'frontend.persistenceMaxQPS', value: 100_000, reason: 'one machine, one file: the database is the limit, not a rate' },
  { key: 'history.persistenceMaxQPS', value: 100_000, reason: 'likewise; the queue readers get 0.3 of it' },
  { key: 'matching.persistenceMaxQPS', value: 100_000, reason: 'likewise' },
  {
    key: 'system.visibilityPersistenceMaxWriteQPS',
    value: 300,
    reason: 'in a burst lists lag, instead of taking the only database connection from the events (half of the CPU on SQLite)',
  },
  {
    key: 'frontend.namespaceRPS.visibility',
    value: 1_000,
    reason: 'the default of 10 fails lists and counts that several readers ask for; a process asks for a few at once only',
  },
  {
    key: 'system.forceSearchAttributesCacheRefreshOnRead',
    value: false,
    reason: 'the development server reads the attributes anew for every request; ours are made with the file and never change',
  },
  { key: 'history.maxInFlightUpdates', value: 1_000, reason: 'subjects and steering work by Update, 10 at once by default' },
  { key: 'history.maxTotalUpdates', value: 20_000, reason: 'likewise, 2000 a run by default' },
  {
    key: 'history.hostLevelCacheMaxSize',
    value: 1_000,
    reason:
      'more than have a call under way at once; the default keeps 128,000 in memory for an hour, also closed ones: 24 KB each, 59 MB for each 100,000 events in groups',
  },
  {
    key: 'history.workflowIdReuseMinimalInterval',
    value: '0s',
    reason: 'with the default of 1s an event that has failed cannot be replayed within a second of its start',
  },
  { key: 'history.MaxBufferedQueryCount', value: 100, reason: 'with the default of 1 a second reader of a busy event fails' },
];
