import type { Suite } from './suite.ts';
import { bulkSuite } from './suites/bulk.ts';
import { cpuSuite } from './suites/cpu.ts';
import { effectSuite } from './suites/effect.ts';
import { latencySuite } from './suites/latency.ts';
import { memorySuite } from './suites/memory.ts';
import { routeSuite } from './suites/route.ts';

/** Everything that is measured, in the order of the page. */
export const suites: readonly Suite[] = [cpuSuite, latencySuite, bulkSuite, memorySuite, routeSuite, effectSuite];
