// `node tools/bench/route.ts`: what a decision costs, and a new snapshot, with few and very many intercepts. Alone in its process, no sockets.
import {
  parseRoutingKey,
  parseServiceName,
  toInterceptId,
  toKeylessInterceptId,
  type Condition,
  type Match,
  type SessionId,
} from '@switchyard/contract';
import { checkMatch, createSnapshot, decide, splitTarget, toMatchId, type Evidence, type PortTable, type Rule } from '@switchyard/route';
import { runMain, type MainContext } from '@switchyard/runtime';

const sizes = [1, 100, 1000, 10_000];
const keylessRules = 32;
const rounds = 7;
const roundMs = 40;
const orders = parseServiceName('orders');

/** One line of the result: nanoseconds of CPU time per decision, by the number of intercepts. */
interface Figures {
  readonly name: string;
  readonly nanoseconds: Readonly<Record<string, number>>;
}

/** A decision that is measured. */
interface Case {
  readonly name: string;
  readonly keyless?: boolean;
  /** What rules with a key ask for besides. */
  readonly match?: Match;
  readonly evidence: Evidence;
  readonly outcome: string;
}

const blue: Condition = { t: 'header', name: 'x-team', text: { t: 'exact', value: 'blue' } };
const below: Condition = { t: 'path', text: { t: 'prefix', value: '/orders' } };

const cases: readonly Case[] = [
  { name: 'no evidence', evidence: ask('/orders/1'), outcome: 'baseline' },
  { name: 'a cookie, no key', evidence: ask('/orders/1', ['cookie', 'sid=0123456789; theme=dark']), outcome: 'baseline' },
  { name: 'keyed hit', evidence: askAlice('/orders/1'), outcome: 'routed' },
  {
    name: 'keyed hit, two conditions',
    match: checkMatch([[below, blue]]),
    evidence: askAlice('/orders/1', ['x-team', 'blue']),
    outcome: 'routed',
  },
  { name: 'keyed, conditions not met', match: checkMatch([[below, blue]]), evidence: askAlice('/carts'), outcome: 'passing' },
  { name: 'keyed miss', evidence: ask('/orders/1', ['x-intercept-id', 'nobody']), outcome: 'baseline' },
  { name: `no key, ${keylessRules} rules, none met`, keyless: true, evidence: ask('/else?page=2', ['x-team', 'red']), outcome: 'baseline' },
  {
    name: `no key, ${keylessRules} rules, last met`,
    keyless: true,
    evidence: ask('/orders/1?page=2', ['x-team', 'blue']),
    outcome: 'routed',
  },
  { name: `keyed hit, ${keylessRules} rules`, keyless: true, evidence: askAlice('/orders/1'), outcome: 'routed' },
];

function ask(target: string, ...header: readonly (readonly [name: string, value: string])[]): Evidence {
  const fields = header.map(([name, value], line) => ({ name, value, line }));
  return { method: 'GET', ...splitTarget(target), fields, clientAddress: '10.1.2.3' };
}

function askAlice(target: string, ...header: readonly (readonly [name: string, value: string])[]): Evidence {
  return ask(target, ['x-intercept-id', 'alice'], ['baggage', 'intercept=alice'], ...header);
}

/** `count` intercepts of one port, alice's the last of them. */
function createKeyed(count: number, match: Match): Rule[] {
  return Array.from({ length: count }, (_, index) => {
    const key = parseRoutingKey(index === count - 1 ? 'alice' : `key-${index}`);
    return createRule({ id: toInterceptId(orders, 'http', key), key, match, createdAt: index });
  });
}

/** Rules without a key: the ones asked first compare a header, a query or a path by an expression; the last takes what is below `/orders`. */
function createKeyless(): Rule[] {
  return Array.from({ length: keylessRules }, (_, index) => {
    const kinds: readonly Condition[] = [
      { t: 'header', name: 'x-team', text: { t: 'exact', value: `team-${index}` } },
      { t: 'query', name: 'page', text: { t: 'exact', value: `p${index}` } },
      { t: 'path', text: { t: 'regex', value: `/v${index}/[a-z]+/\\d+` } },
      { t: 'method', method: `M${index}` },
    ];
    const match = checkMatch([[index === keylessRules - 1 ? below : (kinds[index % kinds.length] ?? below)]]);
    return createRule({ id: toKeylessInterceptId(orders, 'http', toMatchId(match)), key: undefined, match, createdAt: index });
  });
}

function createRule(rule: Pick<Rule, 'id' | 'key' | 'match' | 'createdAt'>): Rule {
  const target = { t: 'tunnel', session: 'session' as SessionId, intercept: rule.id } as const;
  return { ...rule, service: orders, port: 'http', owner: 'ann', whenAway: 'fail', target };
}

/** CPU time of one call in nanoseconds: the least of several rounds, as what disturbs only ever adds. */
function measure(run: () => unknown): number {
  let times = 1;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds;) {
    const before = process.cpuUsage();
    for (let at = 0; at < times; at++) run();
    const { user, system } = process.cpuUsage(before);
    if (user + system < roundMs * 1000) times *= 2;
    else {
      best = Math.min(best, ((user + system) * 1000) / times);
      round++;
    }
  }
  return best;
}

function measureDecision({ name, keyless = false, match = [], evidence, outcome }: Case): Figures {
  const figures = sizes.map((size) => {
    const rules = [...createKeyed(size, match), ...(keyless ? createKeyless() : [])];
    const table: PortTable = createSnapshot(rules).table(orders, 'http');
    if (decide(table, evidence).t !== outcome) throw new Error(`"${name}" does not end as it should.`);
    return [size, measure(() => decide(table, evidence))] as const;
  });
  return { name, nanoseconds: Object.fromEntries(figures) };
}

/** A snapshot of rules that were in one before. */
function measureSnapshot(name: string, toMatch: (index: number) => Match): Figures {
  const figures = sizes.map((size) => {
    const rules = createKeyed(size, []).map((rule, index) => ({ ...rule, match: toMatch(index) }));
    return [size, measure(() => createSnapshot(rules))] as const;
  });
  return { name, nanoseconds: Object.fromEntries(figures) };
}

function toText(all: readonly Figures[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  const head = `${'ns of CPU time'.padEnd(width)}${sizes.map((size) => String(size).padStart(12)).join('')}  intercepts`;
  const lines = all.map(
    ({ name, nanoseconds }) =>
      name.padEnd(width) +
      sizes
        .map((size) =>
          Math.round(nanoseconds[size] ?? 0)
            .toLocaleString('en')
            .padStart(12),
        )
        .join(''),
  );
  return [head, ...lines].join('\n');
}

/** Prints a table, and the same as JSON. */
function main({ stdout }: MainContext): Promise<number> {
  const all = [
    ...cases.map(measureDecision),
    measureSnapshot('new snapshot', () => []),
    measureSnapshot('new snapshot, each with an expression', (index) =>
      checkMatch([[{ t: 'path', text: { t: 'regex', value: `/k${index}/.*` } }]]),
    ),
  ];
  stdout.write(`${toText(all)}\n\n${JSON.stringify(all, undefined, 2)}\n`);
  return Promise.resolve(0);
}

await runMain(main);
