import { Environment } from '@marcbachmann/cel-js';
import type { Principal } from '@switchyard/contract';
import { estimateCost, findCall } from './condition-cost.ts';
import { policyLimits } from './limits.ts';

/** What a condition may look at. */
export interface Facts extends Principal {
  readonly intercept: {
    readonly service: string;
    readonly port: string;
    /** Empty where it has none. */
    readonly key: string;
    readonly keyless: boolean;
    readonly mode: string;
    readonly matchKinds: readonly string[];
    /** The largest share of the requests that it asks for; 0 where it asks for none. */
    readonly percent: number;
    readonly target: string;
    /** 0 where it does not say. */
    readonly lifetimeSeconds: number;
  };
  readonly at: Date;
}

/** Whether a condition holds, or why that cannot be said. */
export type ConditionAnswer = { readonly t: 'holds' | 'fails' } | { readonly t: 'error'; readonly reason: string };

/** A condition of a policy, ready to be asked. */
export interface CompiledCondition {
  readonly expression: string;
  /** What to tell whom it refuses; undefined: the expression itself. */
  readonly message: string | undefined;
  /** Whether time alone changes its answer. */
  readonly readsClock: boolean;
  readonly ask: (facts: Facts) => ConditionAnswer;
}

const environment = new Environment({ limits: { maxAstNodes: 512, maxDepth: 32 } })
  .registerVariable('user', 'string')
  .registerVariable('groups', 'list<string>')
  .registerVariable('now', 'google.protobuf.Timestamp')
  .registerVariable('intercept', {
    schema: {
      service: 'string',
      port: 'string',
      key: 'string',
      keyless: 'bool',
      mode: 'string',
      matchKinds: 'list<string>',
      percent: 'double',
      target: 'string',
      lifetimeSeconds: 'int',
    },
  });

/**
 * Makes an expression of the Common Expression Language ready: its syntax, names and types are checked, and what it may cost. Throws
 * `Error` with a clause that says what is wrong.
 */
export function compileCondition(expression: string, message?: string): CompiledCondition {
  const { value: mostText } = policyLimits.conditionText;
  if (expression.length > mostText) throw new Error(`is longer than ${mostText} characters`);
  const program = parse(expression);
  const { valid, type, error } = program.check();
  if (!valid) throw new Error(`makes no sense: ${toLine(error)}`);
  if (type !== 'bool')
    throw new Error(`must say true or false, and says ${type === undefined ? 'something else' : `a value of type ${type}`}`);
  // Its engine backtracks: a pattern could take longer than anybody waits.
  if (findCall(program.ast, 'matches')) throw new Error('must not use matches(): use startsWith, endsWith, contains or ==');
  const { value: mostCost } = policyLimits.conditionCost;
  if (estimateCost(program.ast) > mostCost) throw new Error(`could take more than ${mostCost} steps: ask less of lists within lists`);
  return {
    expression,
    message,
    // A text that only mentions it makes it judged more often, and nothing worse.
    readsClock: /\bnow\b/.test(expression),
    ask: ({ user, groups, intercept, at }) => {
      try {
        const { lifetimeSeconds } = intercept;
        const holds: unknown = program({ user, groups, now: at, intercept: { ...intercept, lifetimeSeconds: BigInt(lifetimeSeconds) } });
        return { t: holds === true ? 'holds' : 'fails' };
      } catch (reason) {
        return { t: 'error', reason: toLine(reason) };
      }
    },
  };
}

function parse(expression: string): ReturnType<Environment['parse']> {
  try {
    return environment.parse(expression);
  } catch (reason) {
    throw new Error(`makes no sense: ${toLine(reason)}`, { cause: reason });
  }
}

/** The library draws the place below its message; the first line says what is wrong. */
function toLine(reason: unknown): string {
  const [line = ''] = (reason instanceof Error ? reason.message : String(reason)).split('\n');
  return line;
}
