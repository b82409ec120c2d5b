import { styleText } from 'node:util';

/** Where the demo tells its story: plain text, coloured only where the stream takes colour. */
export interface Screen {
  line(text?: string): void;
  title(text: string): void;
  /** Something happened; `detail` stands dim behind it. */
  event(text: string, detail?: string): void;
  /** An answer, right or wrong. */
  verdict(right: boolean, sent: string, words: string): void;
  failure(text: string): void;
}

type Style = Parameters<typeof styleText>[0];

/** `env` decides with the stream about colour (`NO_COLOR`, `FORCE_COLOR`, `TERM`). */
export function createScreen(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Screen {
  const coloured = stream.isTTY && stream.hasColors(env);
  const paint = (style: Style, text: string): string => (coloured ? styleText(style, text, { validateStream: false }) : text);
  const line = (text = ''): void => void stream.write(`${text}\n`);
  return {
    line,
    title: (text) => line(`\n${paint('bold', text)}`),
    event: (text, detail = '') => line(`  ${paint('cyan', '•')} ${text}${detail === '' ? '' : `  ${paint('dim', detail)}`}`),
    verdict: (right, sent, words) =>
      line(`  ${right ? paint('green', 'ok   ') : paint(['bold', 'red'], 'WRONG')}  ${sent.padEnd(46)} ${words}`),
    failure: (text) => line(`\n${paint(['bold', 'red'], text)}`),
  };
}
