import { InterceptError } from '@switchyard/contract';
import { approvedAnnotation, fromMatchObject, intercepts, type Intercept } from '@switchyard/kube';
import { describeMatch } from '@switchyard/route';
import { openAdminClient } from '../admin/open-admin-client.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { clusterOptions } from '../common-options.ts';
import { toPrintable } from '../printable.ts';
import { toText } from '../values.ts';

/** `intercept admin approve`: lets an intercept be that a policy wants somebody's word for. */
export const adminApprove: AnyCommand = defineCommand({
  metadata: {
    name: 'admin approve',
    about: 'Approve an intercept of somebody else, where a policy asks for it; what it takes cannot change afterwards',
    examples: [['$0 admin approve orders.http.alice', 'its name stands in the message of whoever waits']],
  },
  positionals: { intercept: { about: 'name of the intercept, as `intercept list -o json` shows it', kind: 'required', parse: toText } },
  options: { ...clusterOptions },
  behaviour: {},
  async handler(args, context) {
    await using client = await openAdminClient(context, args);
    const { readPrincipal } = await import('../control/cluster/who-am-i.ts');
    const [object, { user }] = await Promise.all([client.get(intercepts, args.intercept), readPrincipal(client)]);
    if (object === undefined) {
      throw new InterceptError('intercept_not_found', `The namespace ${client.namespace} has no intercept ${args.intercept}.`, {
        hint: 'See `intercept list`; an intercept is named SERVICE.PORT.KEY.',
      });
    }
    const { name, uid, resourceVersion } = object.metadata;
    // What is approved is what was looked at.
    const change = { metadata: { uid, resourceVersion, annotations: { [approvedAnnotation]: user } } };
    await client.patch(intercepts, name, { t: 'merge', change });
    const text = describe(object);
    context.output.show({
      data: { id: name, owner: object.spec.owner.user, approvedBy: user },
      text: () => `approved: ${text}`,
      plain: [[name, object.spec.owner.user, user]],
    });
    return 0;
  },
});

/** What somebody has approved, in words. */
function describe({ metadata: { name }, spec }: Intercept): string {
  const match = fromMatchObject(spec.match) ?? [];
  const which = match.length === 0 ? '' : ` where ${describeMatch(match)}`;
  const key = spec.key === undefined ? 'every request' : `requests with the key ${spec.key}`;
  return toPrintable(`${name}: ${key} for ${spec.service}/${spec.port}${which} go to ${spec.owner.user}`);
}
