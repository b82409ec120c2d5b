import type { OpenRow } from './contender.ts';
import type { OpenWorkbench } from './workbench.ts';
import type { Workload } from './workload.ts';

/** What a suite finds when it runs. */
export interface Scene {
  readonly workbench: OpenWorkbench;
  /** Who takes part, ready for requests. */
  readonly rows: readonly OpenRow[];
  /** What requests look like, where a suite measures several kinds. */
  readonly workloads: readonly Workload[];
  /** How often everything is measured, in turn. */
  readonly rounds: number;
  /** Length of one measurement under load. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Tells the person who waits how far it is. */
  say(line: string): void;
}

/** A picture of a section. */
export interface Plot {
  /** Of its file, without the extension. */
  readonly name: string;
  /** What it shows, for those who cannot see it. */
  readonly about: string;
  readonly svg: string;
}

/** What a suite found: a section of the page. */
export interface Section {
  readonly title: string;
  /** Tables and what they say. Headings in it are of level 3. */
  readonly markdown: string;
  readonly plots: readonly Plot[];
  /** Every measurement, for JSON. */
  readonly raw: unknown;
}

/** One kind of measurement. */
export interface Suite {
  readonly name: string;
  /** What it measures, in a few words. */
  readonly about: string;
  run(scene: Scene): Promise<Section>;
}
