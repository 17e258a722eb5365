/** As settings name them, from the most to the least urgent. */
export const TIERS: readonly string[] = ['critical', 'high', 'normal', 'low', 'bulk'];
