import { reasonOf } from './reason-of.ts';
import { warning } from './finding.ts';
import type { CheckName, Finding } from './finding.ts';

/** A check that can't be made is told of as that, and keeps no other from being made. */
export async function guardedCheck(
  check: CheckName,
  look: () => Promise<Finding | readonly Finding[]> | Finding | readonly Finding[],
): Promise<readonly Finding[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    return [notChecked(check, reasonOf(error))];
  }
}

export function notChecked(check: CheckName, reason: string): Finding {
  return warning(check, `This can't be checked: ${reason}.`, 'See what else was found; the rights of this user or key may not allow it.');
}
