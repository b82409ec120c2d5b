import { InterceptError } from '@switchyard/contract';
import { editHead, planConnectionHygiene, type HeadEdit, type RequestHeadParser } from '@switchyard/http1';
import {
  decide,
  splitTarget,
  toServedBy,
  twinHeader,
  baggageHeader,
  type Completion,
  type Decision,
  type PortTable,
  type RouteCount,
  type Strip,
} from '@switchyard/route';
import type { Side } from '../counts.ts';
import { toBaseline, type Destination } from '../destination.ts';
import type { PortContext } from '../port-context.ts';
import { planForwarded } from '../source-address/forwarded.ts';
import type { ReplyPlan } from './exchange.ts';
import { planHop } from './hops.ts';

/** What becomes of one request: where it goes, how its head changes, what its response gets. */
export type RequestPlan =
  | {
      readonly t: 'go';
      readonly side: Side;
      readonly target: Destination;
      /** The baseline answers while the target's developer is away. */
      readonly fallsBack: boolean;
      /** Empty: the head goes on as it came. */
      readonly edits: readonly HeadEdit[];
      readonly replyPlan: ReplyPlan | undefined;
      readonly counts: readonly RouteCount[];
    }
  | { readonly t: 'refuse'; readonly error: InterceptError };

const noEdits: readonly HeadEdit[] = Object.freeze([]);
const noCounts: readonly RouteCount[] = Object.freeze([]);

/** The plan of a request that cannot carry a key and needs no edit: nearly every one has it. */
export const plainPlan: RequestPlan = Object.freeze<RequestPlan>({
  t: 'go',
  side: 'baseline',
  target: toBaseline,
  fallsBack: false,
  edits: noEdits,
  replyPlan: undefined,
  counts: noCounts,
});

/** Whether nothing in a head could lead anywhere but to the baseline, as it is. */
export function isPlain({ framing, queryStart }: RequestHeadParser, { keyless, sourceAddress }: PortTable): boolean {
  return (
    framing.fields.length === 0 &&
    queryStart === -1 &&
    keyless.length === 0 &&
    sourceAddress !== 'forwarded' &&
    framing.upgrade === '' &&
    !framing.http2Settings &&
    framing.nominated === undefined
  );
}

/** Who sends a request, and where it arrived. */
export interface Caller {
  readonly context: PortContext;
  /** The client's IP address; empty when it is gone. */
  readonly clientAddress: () => string;
}

/** Plans what becomes of the request whose head stands in `bytes[start..end)`; `head` is its parse. */
export function planRequest(
  { context, clientAddress }: Caller,
  head: RequestHeadParser,
  bytes: Buffer,
  start: number,
  end: number,
): RequestPlan {
  const { framing, method } = head;
  const base = start - head.start;
  const target = splitTarget(bytes.toString('latin1', base + head.targetStart, base + head.targetEnd));
  const { table } = context.routing;
  const address = clientAddress();
  const decision = decide(table, { method, ...target, fields: framing.fields, clientAddress: address });
  const forwarded = table.sourceAddress === 'forwarded' ? planForwarded(framing.fields, address, table.untrusted) : noEdits;
  const plan = planDecision(decision, [...planHygiene(context, head, bytes, start, end), ...forwarded]);
  return plan.t === 'go' && plan.side === 'routed' ? withHop(plan, planHop(framing.fields, context.limits.hops)) : plan;
}

function planDecision(decision: Decision, ownEdits: readonly HeadEdit[]): RequestPlan {
  const { counts } = decision;
  const baseline = { t: 'go', target: toBaseline, fallsBack: false, counts } as const;
  switch (decision.t) {
    case 'baseline':
      return {
        ...baseline,
        side: 'baseline',
        edits: ownEdits,
        replyPlan: decision.status === undefined ? undefined : { status: decision.status },
      };
    case 'stripped':
      return { ...baseline, side: 'baseline', edits: [...ownEdits, ...planStripEdits(decision.strip)], replyPlan: undefined };
    case 'passing':
      return {
        ...baseline,
        side: 'passing',
        edits: [...ownEdits, ...planCompletionEdits(decision.completion)],
        replyPlan:
          decision.setCookie === undefined && decision.status === undefined
            ? undefined
            : { setCookie: decision.setCookie, status: decision.status },
      };
    case 'routed':
      return {
        t: 'go',
        side: 'routed',
        counts,
        target: decision.rule.target,
        fallsBack: decision.rule.whenAway === 'baseline',
        edits: [...ownEdits, ...planCompletionEdits(decision.completion)],
        replyPlan: { servedBy: toServedBy(decision.rule), setCookie: decision.setCookie, status: decision.status },
      };
    case 'refused':
      return { t: 'refuse', error: new InterceptError('protocol_violation', decision.message) };
  }
}

function withHop(plan: Extract<RequestPlan, { t: 'go' }>, hop: HeadEdit | InterceptError): RequestPlan {
  return hop instanceof InterceptError ? { t: 'refuse', error: hop } : { ...plan, edits: [...plan.edits, hop] };
}

/** Connection fields that would get round the routing decision. Nearly no request has any. */
function planHygiene(context: PortContext, head: RequestHeadParser, bytes: Buffer, start: number, end: number): readonly HeadEdit[] {
  const { framing } = head;
  const { routingNames } = context.routing;
  const offersH2c = framing.http2Settings || upgradesOf(framing.upgrade).includes('h2c');
  const nominatesKey = framing.nominated !== undefined && framing.nominated.some((name) => routingNames.has(name));
  if (!offersH2c && !nominatesKey) return noEdits;
  return planConnectionHygiene(bytes.subarray(start, end), {
    h2cUpgrade: offersH2c ? framing.upgrade : undefined,
    keptNames: routingNames,
  });
}

function planCompletionEdits({ twin, baggage }: Completion): HeadEdit[] {
  const edits: HeadEdit[] = [];
  if (twin !== undefined) edits.push({ t: 'add', name: twinHeader, value: twin });
  if (baggage?.t === 'add') edits.push({ t: 'add', name: baggageHeader, value: baggage.value });
  if (baggage?.t === 'replace') edits.push(baggage);
  return edits;
}

function planStripEdits(strip: Strip): HeadEdit[] {
  return [
    ...strip.drop.map((line): HeadEdit => ({ t: 'drop', line })),
    ...strip.replace.map((edit): HeadEdit => ({ t: 'replace', ...edit })),
    ...(strip.query === undefined ? [] : [{ t: 'query', value: strip.query } as const]),
  ];
}

/** The head of a planned request as it is to be sent; only called when there are edits. */
export function editRequest(bytes: Buffer, start: number, end: number, edits: readonly HeadEdit[]): Buffer {
  return editHead(bytes.subarray(start, end), edits);
}

function upgradesOf(upgrade: string): string[] {
  return upgrade === '' ? [] : upgrade.split(',').map((token) => token.trim());
}

/** Whether an Upgrade (lower case) offers nothing that is left when `h2c` is taken out. */
export function offersOnlyH2c(upgrade: string): boolean {
  return upgradesOf(upgrade).every((token) => token === 'h2c' || token === '');
}
