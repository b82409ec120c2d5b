import type { LabelSelector } from '@switchyard/kube';

type Labels = Readonly<Record<string, string>>;

/**
 * Whether `selector` selects what has `labels`. An empty selector selects everything; an expression of an unknown kind, too, so that nobody
 * gets past it.
 */
export function matchesLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return includesLabels(labels, matchLabels) && matchExpressions.every((expression) => matchesExpression(expression, labels));
}

/** Whether `labels` has all of `wanted`: what a Service's selector asks for. */
export function includesLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

function matchesExpression({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return true;
  }
}
