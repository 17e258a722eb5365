import type { Finding } from '../project/doctor/finding.ts';
import type { Paint } from './render.ts';

const LEVEL_WIDTH = 'warning'.length;

/** A line for each finding, below it what helps; the last line counts. */
export function renderFindings(findings: readonly Finding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = ' '.repeat(LEVEL_WIDTH + width + 4);
  const rows = findings.flatMap(({ check, level, message, remedy }) => [
    `${paint(level.padEnd(LEVEL_WIDTH))}  ${check.padEnd(width)}  ${message.replaceAll('\n', `\n${indent}`)}`,
    ...(remedy === null ? [] : [`${indent}-> ${remedy}`]),
  ]);
  const count = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length;
  return `${rows.join('\n')}\n\n${count('fault')} faults, ${count('warning')} warnings\n`;
}
