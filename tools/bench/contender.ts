import type { OwnedProcess, ProcessOwner } from '../process/process-owner.ts';

/** The two HTTP servers behind every proxy. */
export type Side = 'baseline' | 'developer';

/** The key whose requests go to the developer's side, in every contender that routes. */
export const liveKey = 'alice';

/** What a contender finds when it is opened. */
export interface Workbench {
  readonly owner: ProcessOwner;
  /** Their ports. */
  readonly origins: Readonly<Record<Side, number>>;
  /** Starts a program on the CPU that is kept for proxies. */
  startProxy(name: string, command: string, args: readonly string[]): OwnedProcess;
  /** As `startProxy`, for a program of this repository; `--profile` makes it write a CPU profile. */
  startNode(name: string, script: string, args: readonly string[]): OwnedProcess;
}

/** A contender that accepts connections. */
export interface Running {
  readonly port: number;
  /** The processes whose CPU time counts, with all their children. */
  readonly processes: readonly OwnedProcess[];
}

/** A proxy that can be measured. */
export interface Contender {
  readonly name: string;
  /** Version in words, or undefined when it is not installed. */
  readonly version: () => string | undefined;
  /** Debian package that has it; undefined for what comes with this repository. */
  readonly debianPackage?: string;
  open(bench: Workbench): Promise<Running>;
}

/** One line of the result: a contender under one kind of request. */
export interface Row {
  readonly contender: string;
  readonly kind: Kind;
}

/** `un-keyed` reaches the baseline; the others carry a live key to the developer's side. */
type Kind = 'un-keyed' | 'keyed, direct' | 'keyed, tunnel';

/** `HAProxy, un-keyed` is what all others are compared with. */
export const reference: Row = { contender: 'HAProxy', kind: 'un-keyed' };

/** What is measured, in the order of the table. */
export const rows: readonly Row[] = [
  reference,
  { contender: 'HAProxy', kind: 'keyed, direct' },
  { contender: 'nginx', kind: 'un-keyed' },
  { contender: 'http-proxy', kind: 'un-keyed' },
  { contender: 'httpxy', kind: 'un-keyed' },
  { contender: 'Node.js sockets', kind: 'un-keyed' },
  { contender: 'ssh -R', kind: 'keyed, tunnel' },
  { contender: 'Switchyard router', kind: 'un-keyed' },
  { contender: 'Switchyard router', kind: 'keyed, direct' },
  { contender: 'Switchyard', kind: 'un-keyed' },
  { contender: 'Switchyard', kind: 'keyed, tunnel' },
  { contender: 'Switchyard, TLS', kind: 'keyed, tunnel' },
];

/** A row with the contender that is ready for it. */
export interface OpenRow {
  readonly row: Row;
  readonly running: Running;
}

/** What a row is called in plots and samples. */
export function toLabel({ contender, kind }: Row): string {
  return `${contender}, ${kind}`;
}
