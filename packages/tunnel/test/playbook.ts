import { toLimitValues } from '@switchyard/contract';
import { createFakeClock, recordPipe, type PipeRecord } from '@switchyard/testkit';
import { parseAgentFrame } from '@switchyard/wire';
import { SessionCredit } from '../src/credit.ts';
import type { KeepBudget } from '../src/kept-bytes.ts';
import { tunnelLimits } from '../src/limits.ts';
import { TunnelPipe, type Carrier } from '../src/tunnel-pipe.ts';

/** A pipe, what it sends and what its handler is told. */
export interface Playbook {
  readonly pipe: TunnelPipe;
  readonly carrier: Carrier;
  readonly record: PipeRecord;
  /** What went to the carrier since the last look: `data:…`, `window:…`, `end`, `reset:…`, `finish`. */
  sent(): string[];
  /** What the handler was told since the last look, after everything that is due. */
  told(): Promise<string[]>;
  /** The carrier takes no more from now on. */
  block(): void;
}

export function play(options: { creditBytes?: number; paused?: boolean; windowBytes?: number; budget?: KeepBudget } = {}): Playbook {
  const sent: string[] = [];
  let blocked = false;
  let seen = 0;
  const carrier = {
    send(head: Buffer, rest: Buffer = Buffer.alloc(0)): boolean {
      const frame = parseAgentFrame(Buffer.concat([head, rest]));
      if (frame.t === 'data') sent.push(`data:${frame.bytes.length > 20 ? frame.bytes.length : frame.bytes.toString()}`);
      else if (frame.t === 'window') sent.push(`window:${frame.bytes}`);
      else if (frame.t === 'reset') sent.push(`reset:${frame.error.code}`);
      else sent.push(frame.t);
      return !blocked;
    },
    finish: () => void sent.push('finish'),
  };
  const limits = { ...toLimitValues(tunnelLimits), firstWindowBytes: options.windowBytes ?? 4096 + 100, sessionWindowBytes: 64 << 20 };
  const pipe = new TunnelPipe(carrier, {
    creditBytes: options.creditBytes ?? 1_000,
    window: new SessionCredit(createFakeClock(), limits).openWindow(),
    budget: options.budget,
  });
  const record = recordPipe(pipe, { paused: options.paused ?? false });
  return {
    pipe,
    carrier,
    record,
    sent: () => sent.splice(0),
    async told() {
      await new Promise((resolve) => setImmediate(resolve));
      const events = record.events.slice(seen).map((event) => {
        if (event.t === 'data') return `data:${event.bytes.toString()}`;
        return event.t === 'close' ? `close:${event.error?.code ?? 'in order'}` : event.t;
      });
      seen = record.events.length;
      return events;
    },
    block() {
      blocked = true;
    },
  };
}

export const data = (text: string): Buffer => Buffer.from(text);
