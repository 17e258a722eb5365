import type { Finding } from '../../project/doctor/finding.ts';
import type { AddCommand } from '../command-definition.ts';
import { renderFindings } from '../render-findings.ts';

interface DoctorOptions {
  readonly config?: string;
  readonly callback?: string;
}

export function doctorCommand(add: AddCommand): void {
  add<DoctorOptions>({
    usage: 'doctor',
    description: 'say what is wrong with the project in this folder, its engine and its processes, and what helps',
    examples: ['doctor', 'doctor --callback https://example.com/hook', 'doctor --json'],
    configure: (command) =>
      command
        .option('--config <file>', 'instead of tickless.config.ts')
        .option('--callback <url>', 'a callback address to be tried: the name is resolved and connected to, and nothing is sent'),
    async action({ terminal, print, paint, isJson }, { config, callback }) {
      // The other commands do without all that this looks with.
      const { diagnose } = await import('../../project/doctor/diagnose.ts');
      const findings = await diagnose({ folder: process.cwd(), config, callbackUrl: callback });
      if (isJson) for (const finding of findings) print(finding, '');
      else terminal.out(renderFindings(findings, paint));
      return findings.some(isFault) ? 1 : 0;
    },
  });
}

function isFault({ level }: Finding): boolean {
  return level === 'fault';
}
