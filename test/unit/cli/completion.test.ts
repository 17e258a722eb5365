import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCli } from './call-cli.ts';

describe('the completion of bash', () => {
  let folder: string;
  let script: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tickless-completion-'));
    script = join(folder, 'tickless.bash');
    writeFileSync(script, (await callCli(['completion', 'bash'])).out);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What bash offers where the last of the words is being written. */
  function offered(...words: readonly string[]): readonly string[] {
    const ask = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tickless; printf "%s\\n" "${COMPREPLY[@]}"';
    const out = execFileSync('bash', ['-c', ask, 'bash', script, 'tickless', ...words], { encoding: 'utf8' });
    return out.split('\n').filter((word) => word !== '');
  }

  it.each<[readonly string[], readonly string[]]>([
    [['re'], ['replay', 'redeliver']],
    [['list', '--st'], ['--status']],
    [['list', '--js'], ['--json']],
    [
      ['--json', 'list', '--tier', ''],
      ['critical', 'high', 'normal', 'low', 'bulk'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['help', 'sub'], ['subjects']],
    [
      ['dead-letters', ''],
      ['replay', 'discard'],
    ],
    [['--json', 'dead-letters', '--limit', '5', 'replay', '--p'], ['--patch']],
    [['dead-letters', 'replay', '--patch', ''], []],
    [['dead-letters', 'discard', '--p'], []],
    [
      ['replay', '--from', ''],
      ['stage', 'start'],
    ],
    [['destinations', 'redeliver', '--s'], ['--since']],
    // Files, which bash itself knows.
    [['batch', ''], []],
    [['batch', '--id', ''], []],
    [['--url', 'l'], []],
  ])('after %j offers %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  it('offers every option of a command', () => {
    expect(offered('destinations', '--')).toEqual([
      '--version',
      '--url',
      '--api-key',
      '--json',
      '--help',
      '--resume',
      '--limit',
      '--cursor',
    ]);
  });
});

it('writes a script for zsh, in which descriptions are quoted as zsh wants it', async () => {
  const { exitCode, out } = await callCli(['completion', 'zsh']);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^#compdef tickless\n/);
  expect(out).toContain("    'list:list events, newest first'\n");
  expect(out).toContain("    'subjects:show a subject'\\''s state and version");
  expect(out).toContain("'--mode[sequential\\: one after the other, in order]:value:(concurrent sequential)'");
  expect(out).toContain("completion) _arguments $general '1:value:(bash zsh fish)' ;;");
  expect(out).toMatch(/ dead-letters\)\n +_arguments -C .*'1:value:\(replay discard\)' '\*::value:->own'\n/);
  expect(out).toMatch(/\n +'own replay'\) _arguments '--patch\[.+ '\*:value:_files' ;;\n +'own discard'\) _arguments /);
});

it('writes a script for fish', async () => {
  const { exitCode, out } = await callCli(['completion', 'fish']);
  expect(exitCode).toBe(0);
  expect(out).toContain(
    'complete -c tickless -n "not __fish_seen_subcommand_from $commands" -f -a list -d \'list events, newest first\'\n',
  );
  expect(out).toContain("complete -c tickless -n '__fish_seen_subcommand_from list' -l status -d '' -x -a 'accepted waiting");
  expect(out).toContain("-a subjects -d 'show a subject\\'s state");
  const [ofDeadLetters, ofReplay] = ['__fish_seen_subcommand_from dead-letters', '__fish_seen_subcommand_from replay'];
  expect(out).toContain(`-n '${ofDeadLetters}; and not ${ofReplay} discard' -f -a discard -d 'put `);
  expect(out).toContain(`-n '${ofDeadLetters}; and ${ofReplay}' -l dry-run -d `);
  expect(out).toContain(`-n '${ofReplay}; and not ${ofDeadLetters}' -l from -d `);
});

it('knows no other shell', async () => {
  expect(await callCli(['completion', 'tcsh'])).toMatchObject({
    exitCode: 2,
    out: '',
    err: expect.stringContaining('Allowed choices are bash, zsh, fish'),
  });
});
