import type { Command } from 'commander';
import { UsageError } from '../usage-error.ts';
import { parseNumber } from '../read-input.ts';
import { renderSettings } from '../render-settings.ts';
import { packageVersion } from '../../config/package-version.ts';
import type { AddCommand } from '../command-definition.ts';

interface ProjectOptions {
  readonly config?: string;
  readonly port?: number;
}

// What these need is read only where it is needed: the other commands are clients.

export function initCommand(add: AddCommand): void {
  add({
    usage: 'init [folder]',
    description: 'write a project that runs as it is',
    examples: ['init my-app'],
    async action({ print }, _options, folder = 'my-app') {
      const { initProject } = await import('../../project/init-project.ts');
      const root = await initProject(folder, `^${packageVersion()}`).catch(toUsageError);
      print({ folder: root }, `${root} is ready. Now:\n\n  cd ${folder}\n  npm install\n  npm run dev\n`);
      return 0;
    },
  });
}

export function startCommand(add: AddCommand): void {
  add<ProjectOptions>({
    usage: 'start',
    description: 'run the project in this folder: engine, API and workers',
    examples: ['start', 'start --port 4000'],
    configure: (command) => withConfig(command).option('--port <number>', 'where it listens (default: $PORT, else 3000)', parseNumber),
    async action(_context, { config, port }) {
      if (port !== undefined) process.env['PORT'] = String(port);
      const { startProject } = await import('../../project/start-project.ts');
      await startProject({ folder: process.cwd(), config }).catch(toUsageError);
      return 0;
    },
  });
}

export function configCommand(add: AddCommand): void {
  add<ProjectOptions>({
    usage: 'config',
    description: 'say which settings hold for the project in this folder, and where each comes from',
    examples: ['config', 'config --json'],
    configure: withConfig,
    async action({ print }, { config: file }) {
      const { loadProject } = await import('../../project/load-project.ts');
      const [{ compose }, { listSettings }] = await Promise.all([
        import('../../project/compose.ts'),
        import('../../project/list-settings.ts'),
      ]);
      const { config } = await loadProject(process.cwd(), file).catch(toUsageError);
      const items = listSettings(config, process.env);
      print({ items }, renderSettings(items));
      try {
        compose(config, process.env);
      } catch (error) {
        toUsageError(error);
      }
      return 0;
    },
  });
}

export function apiCommand(add: AddCommand): void {
  addHalf(add, 'api', 'run the API of the project in this folder, with a worker for light events');
}

export function workerCommand(add: AddCommand): void {
  addHalf(add, 'worker', 'run a worker of the project in this folder, for heavy events and callbacks');
}

/** One of the two kinds of process that a cluster has, on an engine of one's own. */
function addHalf(add: AddCommand, half: 'api' | 'worker', description: string): void {
  add<ProjectOptions>({
    usage: half,
    description,
    examples: [half],
    configure: withConfig,
    async action(_context, { config }) {
      const { startHalf } = await import('../../project/start-project.ts');
      await startHalf(half, { folder: process.cwd(), config }).catch(toUsageError);
      return 0;
    },
  });
}

export function devCommand(add: AddCommand): void {
  add<ProjectOptions>({
    usage: 'dev',
    description: 'do what start does, and again whenever a file changes',
    examples: ['dev'],
    configure: (command) => withConfig(command).option('--port <number>', 'where it listens (default: $PORT, else 3000)', parseNumber),
    async action({ terminal }, { config, port }) {
      const { devProject } = await import('../../project/dev-project.ts');
      if (port !== undefined) process.env['PORT'] = String(port);
      return devProject({ folder: process.cwd(), config, tell: terminal.err });
    },
  });
}

function withConfig(command: Command): Command {
  return command.option('--config <file>', 'instead of tickless.config.ts');
}

/** What is wrong is the project's, and said in a sentence. */
function toUsageError(error: unknown): never {
  throw error instanceof Error ? new UsageError(error.message) : error;
}
