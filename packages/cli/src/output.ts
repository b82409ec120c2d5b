import { toYaml } from '@switchyard/config';
import type { Clock, InterceptError, Timer } from '@switchyard/contract';
import type { TextSink } from './host.ts';
import { styleText } from 'node:util';

/** The values of `--output`. */
export const outputFormats = ['text', 'json', 'ndjson', 'yaml', 'plain'] as const;
/**
 * `text` is for people, `ndjson` for streams: a line of JSON for each item; `plain` for `cut` and `while read`: fields parted by tabs, no
 * headings.
 */
export type OutputFormat = (typeof outputFormats)[number];

type DataFormat = Extract<OutputFormat, 'json' | 'ndjson' | 'yaml'>;

/** Marks text in the terminal, where that is wanted. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string) => string;

/** One command's data in every form it can take. */
export interface View {
  /** For `json`, `ndjson` and `yaml`: plain data with documented names. */
  readonly data: unknown;
  /** For people. */
  readonly text: (paint: Paint) => string;
  /** For scripts. */
  readonly plain: readonly (readonly string[])[];
}

/** Where a command's data and words go. Data goes to standard output, all else to standard error. */
export interface Output {
  readonly format: OutputFormat;
  /** Whether `--quiet` was given. */
  readonly quiet: boolean;
  /** Whether standard error is a terminal that a person watches. */
  readonly interactive: boolean;
  /** Writes the command's one document, or one item of a list that may go on. */
  show(view: View): void;
  /** Says something to the person; silent with `--quiet`. */
  say(text: string): void;
  /** Says something that must be known, `--quiet` or not. */
  warn(text: string): void;
  /** Shows the error that ends the command: as the document where none was written yet and the format is data, else as words. */
  fail(error: InterceptError): void;
  /** Shows that something takes time until the answered function is called. */
  wait(text: string): () => void;
  /** Marks text for standard error. */
  readonly paint: Paint;
}

/** How to write. */
export interface OutputOptions {
  readonly format: OutputFormat;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False with `--no-color`. */
  readonly color: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

/** Creates the renderer of one command run. */
export function createOutput(options: OutputOptions): Output {
  const { format, quiet, stdout, stderr } = options;
  const interactive = stderr.isTTY === true;
  const paintFor = createPainter(options);
  const paint = paintFor(stderr);
  let shown = false;
  let stopWaiting: (() => void) | undefined;

  const write = (text: string): void => {
    stopWaiting?.();
    stderr.write(`${text}\n`);
  };
  return {
    format,
    quiet,
    interactive,
    paint,
    show(view) {
      stopWaiting?.();
      shown = true;
      stdout.write(toDocument(view, format, paintFor(stdout)));
    },
    say(text) {
      if (!quiet) write(text);
    },
    warn(text) {
      write(`${paint('yellow', 'warning:')} ${text}`);
    },
    fail(error) {
      stopWaiting?.();
      if (!shown && isData(format)) stdout.write(encode(toErrorData(error), format));
      else write(toErrorText(error, paint, options.verbose));
    },
    wait(text) {
      stopWaiting?.();
      if (quiet) return () => {};
      const stop = interactive ? spin(stderr, options.clock, text) : undefined;
      if (stop === undefined) stderr.write(`${text}\n`);
      const finish = (): void => {
        stop?.();
        if (stopWaiting === finish) stopWaiting = undefined;
      };
      stopWaiting = finish;
      return finish;
    },
  };
}

/** Rows under headings, each column as wide as it needs; for people. */
export function toTable(headings: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [paint('bold', line(headings)), ...rows.map(line)].join('\n');
}

function toDocument(view: View, format: OutputFormat, paint: Paint): string {
  if (isData(format)) return encode(view.data, format);
  if (format === 'plain') return view.plain.map((row) => `${row.join('\t')}\n`).join('');
  const text = view.text(paint);
  return text === '' ? '' : `${text}\n`;
}

function isData(format: OutputFormat): format is DataFormat {
  return format === 'json' || format === 'ndjson' || format === 'yaml';
}

function encode(data: unknown, format: DataFormat): string {
  return format === 'yaml' ? toYaml(data) : `${JSON.stringify(data)}\n`;
}

function toErrorData({ code, message, hint }: InterceptError): unknown {
  return { error: { code, message, ...(hint === undefined ? {} : { hint }) } };
}

function toErrorText(error: InterceptError, paint: Paint, verbose: boolean): string {
  const lines = [`${paint('red', 'error:')} ${error.message}`];
  if (error.hint !== undefined) lines.push(`  ${error.hint}`);
  if (error.code === 'internal') lines.push('  This is a fault of Switchyard itself; please report it.');
  if (verbose || error.code === 'internal') lines.push(...causesOf(error).map((cause) => paint('dim', `  because: ${cause}`)));
  return lines.join('\n');
}

function causesOf(error: InterceptError): readonly string[] {
  const causes: string[] = [];
  for (let { cause } = error; cause instanceof Error && causes.length < 5; { cause } = cause) {
    causes.push(error.code === 'internal' ? (cause.stack ?? cause.message) : cause.message);
  }
  return causes;
}

/** Colours only where somebody sees them and nobody declined (no-color.org). */
function createPainter({ color, env }: OutputOptions): (stream: TextSink) => Paint {
  const wanted = color && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return (stream) =>
    wanted && stream.isTTY === true ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A turning sign before a text, removed when it ends. */
function spin(stream: TextSink, clock: Clock, text: string): () => void {
  let frame = 0;
  let timer: Timer;
  const draw = (): void => {
    stream.write(`\r${frames[frame++ % frames.length] ?? ''} ${text}`);
    timer = clock.after(80, draw);
  };
  draw();
  return () => {
    timer.cancel();
    stream.write('\r\u001b[2K');
  };
}
