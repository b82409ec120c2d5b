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
  return estimate(node, new Map()).cost;
}

/** Whether `node` calls the function or method `name` anywhere. */
export function findCall(node: ASTNode, name: string): boolean {
  if ((node.op === 'call' || node.op === 'rcall') && node.args[0] === name) return true;
  return childrenOf(node).some((child) => findCall(child, name));
}

/** How large what a name stands for may be, where the expression itself gives it the name. */
type Sizes = ReadonlyMap<unknown, number>;

function estimate(node: ASTNode, sizes: Sizes): Estimate {
  if (node.op === 'value') return { cost: 1, size: typeof node.args === 'string' ? node.args.length : 1 };
  if (node.op === 'id') return { cost: 1, size: sizes.get(node.args) ?? mostElements };
  if (node.op === 'rcall' && macros.includes(node.args[0])) {
    const [, list, [name, ...body]] = node.args;
    const range = estimate(list, sizes);
    // An element may be nearly all of its list.
    const inner = withSize(sizes, name, range.size);
    const step = sum(body.map((each) => estimate(each, inner)));
    return { cost: range.cost + range.size * (1 + step.cost), size: range.size * Math.max(1, step.size) };
  }
  if (node.op === 'rcall' && node.args[0] === 'bind') {
    const [name, value, ...body] = node.args[2];
    const bound = value === undefined ? nothing : estimate(value, sizes);
    const inner = withSize(sizes, name, bound.size);
    const { cost, size } = sum(body.map((each) => estimate(each, inner)));
    return { cost: bound.cost + cost, size };
  }
  const parts = childrenOf(node);
  if (parts.length === 0) return { cost: 1, size: mostElements };
  const { cost, size } = sum(parts.map((each) => estimate(each, sizes)));
  // Comparing, searching and joining look at all that they are given.
  return { cost: cost + size, size: judging.includes(node.op) ? 1 : Math.max(size, node.op === 'list' ? parts.length : mostElements) };
}

function withSize(sizes: Sizes, name: ASTNode | undefined, size: number): Sizes {
  return new Map([...sizes, [name?.args, Math.max(size, mostElements)]]);
}

const nothing: Estimate = { cost: 0, size: 0 };

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
