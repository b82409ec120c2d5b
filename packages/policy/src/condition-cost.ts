import type { ASTNode } from '@marcbachmann/cel-js';

/** The longest list that a condition is given: an intercept names at most so many groups. To compare a text counts as much. */
const mostElements = 64;

/** Calls that look at every element of their list. */
const macros: readonly unknown[] = ['all', 'exists', 'exists_one', 'map', 'filter'];

/** Operators whose outcome is true or false. */
const judging: readonly ASTNode['op'][] = ['&&', '||', '!_', '==', '!=', '<', '<=', '>', '>=', 'in'];

interface Estimate {
  /** Steps. */
  readonly cost: number;
  /** Elements or characters of what comes out. */
  readonly size: number;
}

/** How many steps an expression takes at worst: every list and text as long as it may be, every branch gone through. */
export function estimateCost(node: ASTNode): number {
  return estimate(node).cost;
}

/** Whether `node` calls the function or method `name` anywhere. */
export function findCall(node: ASTNode, name: string): boolean {
  if ((node.op === 'call' || node.op === 'rcall') && node.args[0] === name) return true;
  return childrenOf(node).some((child) => findCall(child, name));
}

function estimate(node: ASTNode): Estimate {
  if (node.op === 'value') return { cost: 1, size: typeof node.args === 'string' ? node.args.length : 1 };
  if (node.op === 'rcall' && macros.includes(node.args[0])) {
    const [, list, body] = node.args;
    const range = estimate(list);
    const step = sum(body.map(estimate));
    return { cost: range.cost + range.size * (1 + step.cost), size: range.size * Math.max(1, step.size) };
  }
  const parts = childrenOf(node);
  if (parts.length === 0) return { cost: 1, size: mostElements };
  const { cost, size } = sum(parts.map(estimate));
  // Comparing, searching and joining look at all that they are given.
  return { cost: cost + size, size: judging.includes(node.op) ? 1 : node.op === 'list' ? parts.length : Math.max(size, mostElements) };
}

function sum(estimates: readonly Estimate[]): Estimate {
  return estimates.reduce((total, { cost, size }) => ({ cost: total.cost + cost, size: total.size + size }), { cost: 0, size: 0 });
}

function childrenOf({ args }: ASTNode): readonly ASTNode[] {
  return toNodes(args);
}

function toNodes(part: unknown): readonly ASTNode[] {
  if (Array.isArray(part)) return part.flatMap(toNodes);
  return isNode(part) ? [part] : [];
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part;
}
