import type { AnyCommand, Options } from './command.ts';

/** How the program is called, and what every command takes besides its own options. */
export interface ProgramDescription {
  readonly name: string;
  readonly about: string;
  readonly commands: readonly AnyCommand[];
  /** What a command's first word means where it has two: `config`. */
  readonly groups: Readonly<Record<string, string>>;
  readonly commonOptions: Options;
  /** Ends the help of the program. */
  readonly epilogue: string;
}

/** How a command is typed: `run SERVICE [-- COMMAND...]`. */
export function toSynopsis(command: AnyCommand): string {
  const words = Object.entries(command.positionals).map(([name, { kind }]) => {
    const word = name.toUpperCase();
    return kind === 'required' ? word : kind === 'optional' ? `[${word}]` : `[${word}...]`;
  });
  const { rest } = command.behaviour;
  return [command.metadata.name, ...words, ...(rest === undefined ? [] : [`[-- ${rest}]`])].join(' ');
}
