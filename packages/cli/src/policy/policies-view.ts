import { formatDuration } from '@switchyard/config';
import type { Policy, Subject } from '@switchyard/policy';
import { toTable, type View } from '../output.ts';
import { toPrintable } from '../printable.ts';

/** Policies in every form. */
export function toPoliciesView(policies: readonly Policy[]): View {
  const sorted = policies.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const rows = sorted.map((policy) => [
    policy.name,
    policy.selection.subjects.map(toSubjectText).join(','),
    policy.selection.services.join(','),
    policy.t === 'sound' ? toGrantText(policy.grant) : `NOTHING: ${toPrintable(policy.mistake)}`,
  ]);
  return {
    data: {
      policies: sorted.map((policy) => ({
        name: policy.name,
        ...policy.selection,
        ...(policy.t === 'sound' ? { sound: true, grants: toGrantText(policy.grant) } : { sound: false, mistake: policy.mistake }),
      })),
    },
    text: (paint) =>
      rows.length === 0
        ? 'no policies: everybody who may intercept has intercepts with a key, and nothing wider'
        : toTable(['POLICY', 'SELECTS', 'SERVICES', 'GRANTS'], rows, paint),
    plain: rows,
  };
}

function toSubjectText(subject: Subject): string {
  const name = subject.kind === 'ServiceAccount' ? `${subject.namespace}/${subject.name}` : subject.name;
  return toPrintable(`${subject.kind.toLowerCase()}:${name}`);
}

function toGrantText(grant: Extract<Policy, { readonly t: 'sound' }>['grant']): string {
  const { modes, matchKinds, targets, lifetime, schedule, conditions, needsApproval, interceptsPerUser, interceptsPerService } = grant;
  if (modes.length === 0 || matchKinds.length === 0 || targets.length === 0) return 'nothing';
  const parts = [
    modes.join('+'),
    `by ${matchKinds.join('+')}`,
    `to ${targets.join('+')}`,
    lifetime.maxMs === undefined ? undefined : `for ${formatDuration(lifetime.maxMs)}`,
    interceptsPerUser === undefined ? undefined : `${interceptsPerUser} per user`,
    interceptsPerService === undefined ? undefined : `${interceptsPerService} per service`,
    schedule?.text,
    conditions.length === 0 ? undefined : `${conditions.length} ${conditions.length === 1 ? 'condition' : 'conditions'}`,
    needsApproval ? 'once approved' : undefined,
  ];
  return toPrintable(parts.filter((part) => part !== undefined).join(', '));
}
