import { duration, label, portNumber, readDocument, z } from '@switchyard/config';
import { parseRoutingKey, parseServiceName, type RoutingKey } from '@switchyard/contract';
import { matchField } from '../match/match-fields.ts';
import type { Wish } from './ask-policies.ts';

/** What may be expected of a question: `pending` where somebody has to approve first. */
export const outcomes = ['allowed', 'denied', 'pending'] as const;

/** One of `outcomes`. */
export type Outcome = (typeof outcomes)[number];

/** A question to policies, as people ask it. */
export interface Question {
  /** For people. */
  readonly name: string;
  readonly wish: Wish;
  /** Undefined: allowed. */
  readonly expect: Outcome | undefined;
}

const instant = z.iso
  .datetime({ offset: true, error: 'must be a moment such as "2030-01-07T09:30:00+01:00"' })
  .transform((text) => new Date(text));

const others = z.number().int().min(0).max(1_000_000).default(0);

const question = z
  .strictObject({
    name: z.string().min(1).optional(),
    user: z.string().min(1),
    groups: z.array(z.string().min(1)).default([]),
    service: label.transform(parseServiceName),
    port: z.union([label, portNumber.transform(String)]).default('http'),
    key: label.transform(parseRoutingKey).optional(),
    keyless: z.boolean().default(false),
    match: matchField.optional(),
    target: z.enum(['Tunnel', 'Pod']).default('Tunnel'),
    lifetime: duration().optional(),
    at: instant.optional(),
    approved: z.boolean().default(false),
    before: z.strictObject({ user: others, service: others }).default({ user: 0, service: 0 }),
    expect: z.enum(outcomes).optional(),
  })
  .refine(({ keyless, key }) => !keyless || key === undefined, { path: ['key'], error: 'has no meaning beside `keyless: true`' })
  .refine(({ keyless, match }) => !keyless || match !== undefined, {
    path: ['match'],
    error: 'is missing: without a key something has to be said',
  });

const file = z.strictObject({
  apiVersion: z.literal('switchyard.dev/v1'),
  kind: z.literal('PolicyQuestions'),
  questions: z.array(question).min(1).max(10_000),
});

/** The questions of a file; `now` is the moment of those that say none. Throws `bad_config`, naming every mistake with its line. */
export async function readQuestions(path: string, now: Date): Promise<readonly Question[]> {
  const { questions } = await readDocument(path, file);
  return questions.map(({ name, user, groups, expect, at = now, keyless, key = defaultKey, match = [], lifetime, ...rest }, index) => ({
    name: name ?? `question ${index + 1}`,
    expect,
    wish: { ...rest, person: { user, groups }, key: keyless ? undefined : key, match, lifetimeMs: lifetime, at },
  }));
}

/** Stands for a key where policies are asked without one being named. */
export const defaultKey: RoutingKey = parseRoutingKey('my-key');
