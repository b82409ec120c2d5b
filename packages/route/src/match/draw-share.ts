import { hash } from 'node:crypto';
import type { RoutingKey } from '@switchyard/contract';
import type { Evidence } from '../evidence.ts';
import { stickyCookie } from '../names.ts';
import type { Rule } from '../rule.ts';
import { readCookies } from './read-texts.ts';

/**
 * Draws a number from 0 to below 100 for the caller of a request: a share of the requests are those that draw less than it.
 * The same caller always draws the same number, in every process, so that a share which grows keeps who was in it. Each rule draws for
 * itself.
 */
export function drawShare(rule: Rule, evidence: Evidence, key: RoutingKey | undefined): number {
  const digest = hash('sha256', `${rule.id}\n${identifyCaller(rule, evidence, key)}`, 'buffer');
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}

/** By its key, unless all requests of the rule carry that; else by a cookie that others set; else by its address. */
function identifyCaller(rule: Rule, evidence: Evidence, key: RoutingKey | undefined): string {
  if (key !== undefined && key !== rule.key) return `key ${key}`;
  const cookie = readCookies(evidence, stickyCookie).at(-1);
  return cookie === undefined ? `address ${evidence.clientAddress}` : `cookie ${cookie}`;
}
