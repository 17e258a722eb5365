import { withoutComments } from './project-file.ts';

export interface Instruction {
  readonly name: string;
  readonly value: string;
}

export function parseDockerfile(text: string): readonly Instruction[] {
  const lines = withoutComments(text)
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines.filter((line) => line !== '').map((line) => ({ name: line.split(' ')[0] ?? '', value: line.replace(/^\S+ /, '') }));
}
