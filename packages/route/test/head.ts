import { splitTarget, type Completion, type Decision, type Evidence, type PortTable, type Strip } from '../src/index.ts';

/** A request head as the tests write it down. */
export interface Head {
  /** Default GET. */
  readonly method?: string;
  /** Default `/`. */
  readonly path?: string;
  readonly query: string | undefined;
  /** `Name: value` */
  readonly lines: readonly string[];
}

/** Reads a head from its lines; the first may be a request line (`GET /?a=1`). */
export function parseHead(lines: readonly string[]): Head {
  const [first, ...rest] = lines;
  const [, method, target] = /^([A-Z]+) (\S+)$/.exec(first ?? '') ?? [];
  if (method === undefined || target === undefined) return { query: undefined, lines };
  return { method, ...splitTarget(target), lines: rest };
}

/** Collects what a framer collects: only the names that it is told, lower-cased, values trimmed. */
export function toEvidence(head: Head, table: PortTable): Evidence {
  const fields = head.lines.map((text, line) => {
    const colon = text.indexOf(':');
    const value = text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    return { name: text.slice(0, colon).toLowerCase(), value, line };
  });
  return {
    method: head.method ?? 'GET',
    path: head.path ?? '/',
    fields: fields.filter((field) => table.fieldNames.has(field.name)),
    query: head.query,
    clientAddress: '10.1.2.3',
  };
}

/** The head after its completion. */
export function applyCompletion(head: Head, { twin, baggage }: Completion): Head {
  const lines = [...head.lines];
  if (baggage?.t === 'replace') lines[baggage.line] = `${nameOf(lines[baggage.line])}: ${baggage.value}`;
  if (baggage?.t === 'add') lines.push(`baggage: ${baggage.value}`);
  if (twin !== undefined) lines.push(`x-intercept-id: ${twin}`);
  return { ...head, lines };
}

/** The head after its keys were taken off. */
export function applyStrip(head: Head, strip: Strip): Head {
  const lines = [...head.lines];
  for (const edit of strip.replace) lines[edit.line] = `${nameOf(lines[edit.line])}: ${edit.value}`;
  const query = strip.query === '' ? undefined : (strip.query ?? head.query);
  return { ...head, query, lines: lines.filter((_, line) => !strip.drop.includes(line)) };
}

/** Says a decision in words: where the request goes, then each thing that is changed or told. */
export function describe(decision: Decision, head: Head): readonly string[] {
  const notes = decision.counts.map((count) => `count ${count}`);
  switch (decision.t) {
    case 'baseline':
      return ['to baseline', ...describeStatus(decision.status), ...notes];
    case 'refused':
      return [`refuse: ${decision.message}`, ...notes];
    case 'stripped':
      return ['to baseline', ...describeEdit(head, applyStrip(head, decision.strip)), ...notes];
    case 'passing':
    case 'routed': {
      const to = decision.t === 'routed' ? `to ${decision.rule.owner}` : 'to baseline';
      const edits = describeEdit(head, applyCompletion(head, decision.completion));
      return [
        to,
        ...edits,
        ...describeStatus(decision.status),
        ...(decision.setCookie === undefined ? [] : [`set cookie ${decision.setCookie}`]),
        ...notes,
      ];
    }
  }
}

function describeStatus(status: string | undefined): readonly string[] {
  return status === undefined ? [] : [`tell ${status}`];
}

function describeEdit(before: Head, after: Head): readonly string[] {
  const gone = before.lines.filter((line) => !after.lines.includes(line)).map((line) => `- ${line}`);
  const added = after.lines.filter((line) => !before.lines.includes(line)).map((line) => `+ ${line}`);
  const query = before.query === after.query ? [] : [`query ${after.query ?? '(none)'}`];
  return [...gone, ...added, ...query];
}

function nameOf(line: string | undefined): string {
  return line?.slice(0, line.indexOf(':')) ?? '';
}
