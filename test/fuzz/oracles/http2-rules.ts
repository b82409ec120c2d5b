/** The error codes of RFC 9113, section 7. */
const codes = { protocol: 1, flow: 3, closed: 5, size: 6, compression: 9, calm: 11 } as const;

/** A frame as it stands in a stream of bytes. */
export interface ReadFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  /** What the head says; more than came where the frame is cut off. */
  readonly length: number;
  readonly payload: Buffer;
}

/** Cuts bytes into frames (RFC 9113, section 4.1). The last one may be cut off: what there is of it. */
export function readFrames(bytes: Buffer): ReadFrame[] {
  const frames: ReadFrame[] = [];
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = bytes.readUIntBE(at, 3);
    const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff;
    const payload = bytes.subarray(at + 9, at + 9 + length);
    frames.push({ type: bytes.readUInt8(at + 3), flags: bytes.readUInt8(at + 4), stream, length, payload });
    at += 9 + length;
  }
  return frames;
}

/** What a frame of a client does to its connection. */
export interface Ruling {
  /** The connection has to end with one of these codes; empty: it need not. */
  readonly must: readonly number[];
  /** It may end with one of these, by what only the server knows: its table of heads, its windows, its bounds. */
  readonly may: readonly number[];
}

/** Rules on what a client sends behind its preface, frame by frame, by the text of RFC 9113 and nothing that is under test. */
export class Http2Rules {
  readonly #maxFrameBytes: number;
  #greeted = false;
  /** The stream whose head has begun and not ended. */
  #block: number | undefined;
  #highest = 0;
  #window = 65_535;

  /** `maxFrameBytes` is what the server allows. */
  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Whether a ping may come next: the settings came, and no head has begun. */
  get mayPing(): boolean {
    return this.#greeted && this.#block === undefined;
  }

  rule(frame: ReadFrame): Ruling {
    if (frame.length > this.#maxFrameBytes) return { must: [codes.size], may: [] };
    // Of data alone something is known before all of it came.
    if (frame.payload.length < frame.length) return { must: [], may: Object.values(codes) };
    const must = [...this.#rulesOfOrder(frame), ...this.#rulesOfType(frame)];
    this.#follow(frame);
    return { must, may: mayOf(frame) };
  }

  #rulesOfOrder({ type, flags, stream }: ReadFrame): number[] {
    const first = !this.#greeted && (type !== 4 || (flags & 1) !== 0);
    const interrupted = this.#block === undefined ? type === 9 : type !== 9 || stream !== this.#block;
    return first || interrupted ? [codes.protocol] : [];
  }

  #rulesOfType(frame: ReadFrame): number[] {
    const { type, flags, stream, length, payload } = frame;
    const when = (broken: boolean, code: number): number[] => (broken ? [code] : []);
    const idle = stream > this.#highest || stream === 0 || stream % 2 === 0;
    switch (type) {
      case 0:
        return [
          ...when(idle, codes.protocol),
          ...when(isOverPadded(frame, 0), codes.protocol),
          ...when(isOverPadded(frame, 0), codes.size),
        ];
      case 1: {
        const over = isOverPadded(frame, (flags & 0x20) === 0 ? 0 : 5);
        return [...when(over || stream % 2 === 0, codes.protocol), ...when(over, codes.size)];
      }
      case 2:
        return [...when(stream === 0, codes.protocol), ...when(length !== 5, codes.size)];
      case 3:
        return [...when(idle, codes.protocol), ...when(length !== 4, codes.size)];
      case 4:
        return [...when(stream !== 0, codes.protocol), ...rulesOfSettings(frame)];
      case 5:
        return [codes.protocol];
      case 6:
        return [...when(stream !== 0, codes.protocol), ...when(length !== 8, codes.size)];
      case 7:
        return [...when(stream !== 0, codes.protocol), ...when(length < 8, codes.size)];
      case 8: {
        if (length !== 4) return [codes.size, ...when(stream !== 0 && idle, codes.protocol)];
        const count = payload.readUInt32BE() & 0x7fffffff;
        if (stream === 0) this.#window += count;
        return [...when(count === 0 || (stream !== 0 && idle), codes.protocol), ...when(this.#window > 0x7fffffff + 1_000_000, codes.flow)];
      }
      default:
        return [];
    }
  }

  #follow({ type, flags, stream }: ReadFrame): void {
    if (type === 4) this.#greeted = true;
    if (type !== 1 && type !== 9) return;
    this.#block = (flags & 4) === 0 ? stream : undefined;
    if (this.#block === undefined) this.#highest = Math.max(this.#highest, stream);
  }
}

/** The padding, and what else `fixed` bytes hold, is more than the frame has room for. */
function isOverPadded({ flags, length, payload }: ReadFrame, fixed: number): boolean {
  const padded = (flags & 8) !== 0;
  return (padded ? 1 + (payload[0] ?? 0) : 0) + fixed > length;
}

function rulesOfSettings({ flags, length, payload }: ReadFrame): number[] {
  if ((flags & 1) !== 0) return length === 0 ? [] : [codes.size];
  if (length % 6 !== 0) return [codes.size];
  const found: number[] = [];
  for (let at = 0; at < length; at += 6) {
    const [id, value] = [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)];
    if (id === 2 && value > 1) found.push(codes.protocol);
    if (id === 4 && value > 0x7fffffff) found.push(codes.flow);
    if (id === 5 && (value < 16_384 || value > 0xffffff)) found.push(codes.protocol);
  }
  return found;
}

function mayOf({ type }: ReadFrame): readonly number[] {
  switch (type) {
    case 0:
      return [codes.flow, codes.calm];
    case 1:
    case 9:
      return [codes.protocol, codes.closed, codes.compression, codes.calm];
    case 3:
      return [codes.calm];
    case 4:
      // The windows of streams grow with it.
      return [codes.flow, codes.calm];
    case 6:
      return [codes.calm];
    case 8:
      return [codes.flow];
    default:
      return [];
  }
}
