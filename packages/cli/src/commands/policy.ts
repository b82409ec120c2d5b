import { InterceptError, parseRoutingKey, type Principal } from '@switchyard/contract';
import type { KubeClient } from '@switchyard/kube';
import type { Policy } from '@switchyard/policy';
import { resolve } from 'node:path';
import { openAdminClient } from '../admin/open-admin-client.ts';
import { defineCommand, type AnyCommand } from '../command.ts';
import { clusterOptions } from '../common-options.ts';
import type { Context } from '../context.ts';
import { matchOptions, type MatchArgs } from '../match/match-options.ts';
import { toSelection } from '../match/selection.ts';
import { defaultKey, readQuestions, type Question } from '../policy/questions.ts';
import { toPoliciesView } from '../policy/policies-view.ts';
import { toDuration, toLane, toPortName, toService, toText, laneChoices, type Lane } from '../values.ts';

const { 'share-with': _shareWith, join: _join, ...conditionOptions } = matchOptions;

/** `intercept policy test`: what policies say, without a cluster or with the policies of one. */
export const policyTest: AnyCommand = defineCommand({
  metadata: {
    name: 'policy test',
    about: 'Ask policies whether an intercept is allowed; exit code 0 when it is, 4 when not',
    examples: [
      ['$0 policy test policies.yaml --user bob --group team-blue --service orders', 'with a key, by a file alone'],
      ["$0 policy test policies.yaml --user bob --service orders --no-key --header 'x-team=blue'", 'without a key'],
      ['$0 policy test policies.yaml --questions questions.yaml', 'many questions, each with what is expected'],
      ['$0 policy test -n dev --service orders --lifetime 8h', 'the policies of a namespace, about yourself'],
    ],
  },
  positionals: { files: { about: 'files of InterceptPolicy objects (YAML)', kind: 'many', parse: toText } },
  options: {
    questions: { about: 'file of questions, instead of one on the command line', value: 'FILE', parse: toText },
    user: { about: 'who asks; default: you, where policies of a namespace are asked', value: 'NAME', parse: toText },
    group: { about: 'a group of theirs; may be repeated', value: 'NAME', many: true, parse: toText },
    service: { about: 'the service', value: 'NAME', parse: toService },
    port: { about: "name of the service's port; default: http", value: 'NAME', parse: toPortName },
    key: { about: 'the routing key; default: any', alias: 'k', value: 'KEY', parse: parseRoutingKey },
    ...conditionOptions,
    lane: { about: 'how requests come; default: tunnel', value: 'LANE', choices: laneChoices, parse: toLane },
    lifetime: { about: 'the lifetime that is asked for', value: 'DURATION', parse: toDuration(1_000) },
    at: { about: 'the moment, as 2030-01-07T09:30:00Z; default: now', value: 'TIME', parse: toMoment },
    approved: { about: 'as if somebody had approved it' },
    ...clusterOptions,
  },
  behaviour: {},
  async handler(args, context) {
    const live = [args.namespace, args.context, args.kubeconfig].some((setting) => setting !== undefined);
    if (!live && args.files.length === 0) {
      throw new InterceptError('bad_usage', 'Nothing says which policies are asked.', {
        hint: 'Name files of policies, or with -n the namespace whose policies are meant.',
      });
    }
    const [{ readPolicyFiles }, { answer, toAnswersView }, { describeUnnamedServices, refuseUnknownServices }] = await Promise.all([
      import('../policy/policy-files.ts'),
      import('../policy/verdicts.ts'),
      import('../policy/unknown-services.ts'),
    ]);
    const files = await readPolicyFiles(args.files.map((file) => resolve(context.host.cwd, file)));
    await using client = live ? await openAdminClient(context, args) : undefined;
    const found = client && (await readLive(client));
    const questions = await toQuestions(args, context, found?.person);
    if (client !== undefined) await refuseUnknownServices(client, questions);
    const policies = [...files, ...(found?.policies ?? [])];
    const answers = answer(policies, questions);
    context.output.show(toAnswersView(answers));
    if (client === undefined) for (const sentence of describeUnnamedServices(policies, questions)) context.output.warn(sentence);
    return answers.every(({ right }) => right) ? 0 : 4;
  },
});

/** `intercept policy list`: the policies of the namespace, and whether they make sense. */
export const policyList: AnyCommand = defineCommand({
  metadata: {
    name: 'policy list',
    about: 'List the policies of the namespace: whom they select, what they grant, what is wrong with them',
    examples: [['$0 policy list -n dev', 'those of one namespace']],
  },
  positionals: {},
  options: { ...clusterOptions },
  behaviour: {},
  async handler(args, context) {
    await using client = await openAdminClient(context, args);
    const { policies } = await readLive(client);
    context.output.show(toPoliciesView(policies));
    return 0;
  },
});

interface QuestionArgs extends MatchArgs {
  readonly questions: string | undefined;
  readonly user: string | undefined;
  readonly group: readonly string[];
  readonly service: Question['wish']['service'] | undefined;
  readonly port: string | undefined;
  readonly key: Question['wish']['key'];
  readonly 'no-key': boolean;
  readonly replace: boolean;
  readonly lane: Lane | undefined;
  readonly lifetime: number | undefined;
  readonly at: Date | undefined;
  readonly approved: boolean;
}

async function toQuestions(args: QuestionArgs, { clock, host }: Context, self: Principal | undefined): Promise<readonly Question[]> {
  if (args.questions !== undefined) {
    if (args.service !== undefined || args.user !== undefined) {
      throw new InterceptError('bad_usage', 'The questions stand in a file, and one on the command line as well.', {
        hint: 'Leave out --questions, or --user and --service.',
      });
    }
    return readQuestions(resolve(host.cwd, args.questions), clock.date());
  }
  const { user = self?.user, service } = args;
  if (user === undefined) throw new InterceptError('bad_usage', 'Nothing says who asks.', { hint: 'Name them: --user NAME.' });
  if (service === undefined) throw new InterceptError('bad_usage', 'Nothing says for which service.', { hint: 'Name it: --service NAME.' });
  const groups = args.user === undefined ? (self?.groups ?? []) : args.group;
  return [{ name: 'the question', expect: undefined, wish: toWish(args, { user, groups }, service, clock.date()) }];
}

function toWish(args: QuestionArgs, person: Principal, service: Question['wish']['service'], now: Date): Question['wish'] {
  const { keyless, match } = toSelection({ ...args, 'share-with': undefined, join: false }, undefined);
  return {
    person,
    service,
    port: args.port ?? 'http',
    key: keyless ? undefined : (args.key ?? defaultKey),
    match,
    target: args.lane === 'direct' ? 'Pod' : 'Tunnel',
    lifetimeMs: args.lifetime,
    at: args.at ?? now,
    approved: args.approved,
    before: { user: 0, service: 0 },
  };
}

async function readLive(client: KubeClient): Promise<{ readonly policies: readonly Policy[]; readonly person: Principal }> {
  const [{ readPolicies }, { readPrincipal }] = await Promise.all([
    import('../control/cluster/check-policies.ts'),
    import('../control/cluster/who-am-i.ts'),
  ]);
  const [policies, person] = await Promise.all([readPolicies(client), readPrincipal(client)]);
  if (policies !== undefined) return { policies, person };
  throw new InterceptError('not_allowed', `You (${person.user}) may not read the policies of the namespace ${client.namespace}.`, {
    hint: 'The role view allows it; an administrator of the namespace can give it to you.',
  });
}

function toMoment(text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InterceptError('bad_usage', `"${text}" is no moment.`, {
    hint: 'Write it as 2030-01-07T09:30:00Z or 2030-01-07T09:30:00+01:00.',
  });
}
