import { InterceptError, type HeaderLine, type RequestQuestion, type RouteOutcome } from '@switchyard/contract';
import { isToken } from '@switchyard/route';
import { isIP } from 'node:net';
import { defineCommand, type AnyCommand } from '../command.ts';
import { projectOptions } from '../common-options.ts';
import type { RouteAnswer } from '../control/control.ts';
import { openControl } from '../control/open-control.ts';
import type { Paint, View } from '../output.ts';
import { resolveSettings } from '../settings.ts';
import { toPortName, toService, toText as toAnyText } from '../values.ts';

/** `intercept explain`: where a request would go, and why. */
export const explain: AnyCommand = defineCommand({
  metadata: {
    name: 'explain',
    about: 'Show where a request for SERVICE would go, and why each intercept gets it or not',
    examples: [
      ['$0 explain orders --key alice', 'a request with the key alice; exit code 0 when an intercept gets it, 3 when not'],
      ["$0 explain orders --path '/orders?debug=1' -H 'x-team: blue'", 'a request as curl would send it'],
    ],
  },
  positionals: { service: { about: 'the service that is called', kind: 'required', parse: toService } },
  options: {
    port: { about: "name or number of the service's port; needed where it has several", alias: 'p', value: 'PORT', parse: toPortName },
    header: {
      about: 'a header line, as curl takes it; may be repeated',
      alias: 'H',
      value: "'NAME: VALUE'",
      many: true,
      parse: toHeaderLine,
    },
    method: { about: 'the method; default: GET', value: 'METHOD', parse: toMethod },
    path: { about: 'path and query; default: /', value: 'PATH', parse: toTarget },
    key: { about: "a routing key, as -H 'x-intercept-id: KEY'", alias: 'k', value: 'KEY', parse: toAnyText },
    from: {
      about: "the caller's address, which a share of the requests may be decided by; default: 127.0.0.1",
      value: 'ADDRESS',
      parse: toAddress,
    },
    ...projectOptions,
  },
  behaviour: {},
  async handler(args, context) {
    const settings = await resolveSettings(context.host, args);
    await using control = await openControl(context, settings);
    const question: RequestQuestion = {
      service: args.service,
      port: args.port,
      method: args.method ?? 'GET',
      target: args.path ?? '/',
      header: [...(args.key === undefined ? [] : [toHeaderLine(`x-intercept-id: ${args.key}`)]), ...args.header],
      clientAddress: args.from ?? '127.0.0.1',
    };
    const answer = await control.explain(question);
    context.output.show(toView(question, answer));
    return answer.report.outcome === 'routed' ? 0 : 3;
  },
});

function toHeaderLine(text: string): HeaderLine {
  const [, name = '', value = ''] = /^([^:]*):[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
  if (isToken(name) && isLatin1(value)) return [name, value];
  throw new InterceptError('bad_usage', `${JSON.stringify(text)} is no header line.`, {
    hint: "Write it as curl takes it: -H 'x-team: blue'.",
  });
}

/** A header line carries bytes; a text of other characters has to be written as its bytes. */
function isLatin1(text: string): boolean {
  return /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(text);
}

function toMethod(text: string): string {
  if (isToken(text)) return text;
  throw new InterceptError('bad_usage', `${JSON.stringify(text)} is no method.`, { hint: 'Methods are words such as GET.' });
}

function toTarget(text: string): string {
  if (/^\/[!-~]*$/.test(text)) return text;
  throw new InterceptError('bad_usage', `${JSON.stringify(text)} is no path as requests have it.`, {
    hint: 'Begin it with "/", and write other characters percent-encoded: "/caf%C3%A9?debug=1".',
  });
}

function toAddress(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new InterceptError('bad_usage', `"${text}" is no IP address.`, { hint: 'Write it as 10.0.0.1 or ::1.' });
}

const outcomes: Readonly<Record<RouteOutcome, string>> = {
  routed: 'an intercept gets it',
  baseline: 'the baseline gets it',
  passing: 'the baseline gets it, and its key goes on from there',
  stripped: 'the baseline gets it, without its key: the service takes requests from outside',
  refused: 'it is refused with 400',
};

function toView(question: RequestQuestion, { report, outside, notes }: RouteAnswer): View {
  const { candidates, outcome, status = null, key = null, refusal = null } = report;
  // As the API over HTTP says it.
  const responseHeader = report.responseHeader.map(([name, value]) => ({ name, value }));
  const rows = [
    ...candidates.map(({ id, owner, won, reasons }) => [won ? 'won' : 'lost', id, owner, reasons.join('; ')]),
    ...outside.map(({ id, owner, why }) => ['outside', id, owner, why]),
  ];
  return {
    data: { service: question.service, ...report, status, key, responseHeader, refusal, outside, notes },
    text: (paint) => toText(question, { report, outside, notes }, paint),
    plain: [['outcome', outcome, status ?? '', key?.text ?? ''], ...rows],
  };
}

function toText(question: RequestQuestion, { report, outside, notes }: RouteAnswer, paint: Paint): string {
  const { outcome, key, candidates, more, refusal, responseHeader } = report;
  const request = `${question.method} ${question.target}`;
  return [
    `${request} to ${question.service} (port ${report.port}): ${paint(outcome === 'routed' ? 'green' : 'yellow', outcomes[outcome])}`,
    `  key      ${toKeyText(key)}`,
    ...(refusal === undefined ? [] : [`  because  ${refusal}`]),
    ...candidates.map(({ id, owner, won, reasons }) =>
      [won ? paint('green', '  won     ') : '  lost    ', paint('bold', id), `of ${owner}:`, reasons.join('; ')].join(' '),
    ),
    ...(more === 0 ? [] : [`  lost     ${more} more`]),
    ...outside.map(({ id, owner, why }) => `  outside  ${paint('bold', id)} of ${owner}: ${why}`),
    ...(candidates.length + outside.length === 0 ? ['  nobody intercepts this port'] : []),
    ...responseHeader.map(([name, value]) => `  response ${name}: ${value}`),
    ...notes.map((note) => `  note     ${note}`),
  ].join('\n');
}

function toKeyText(key: RouteAnswer['report']['key']): string {
  if (key === undefined) return 'none';
  return `${JSON.stringify(key.text)}, in its ${forms[key.form] ?? key.form}${key.valid ? '' : ': not a routing key'}`;
}

/** Where a key may stand, as people call it. */
const forms: Readonly<Record<string, string>> = { twin: 'x-intercept-id', alias: 'alias header' };
