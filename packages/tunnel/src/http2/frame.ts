/** The frame types of RFC 9113, section 6. */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames; which a frame may have depends on its type. */
export const frameFlags = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

/** The parameters of SETTINGS that matter here. */
export const settingIds = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** Bytes of a frame before its payload. */
export const frameHeadBytes = 9;

/** What both ends take before they say otherwise. */
export const defaultWindowBytes = 65_535;

/** As `defaultWindowBytes`: the largest payload of a frame. */
export const defaultFrameBytes = 16_384;

/** The largest window that there is. */
export const maxWindowBytes: number = 2 ** 31 - 1;

/** What a client says first. */
export const clientPreface: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Writes the head of a frame to `target` at `at`. */
export function writeFrameHead(target: Buffer, at: number, length: number, type: number, flags: number, stream: number): void {
  target[at] = length >>> 16;
  target[at + 1] = length >>> 8;
  target[at + 2] = length;
  target[at + 3] = type;
  target[at + 4] = flags;
  target[at + 5] = stream >>> 24;
  target[at + 6] = stream >>> 16;
  target[at + 7] = stream >>> 8;
  target[at + 8] = stream;
}

/** The payload of SETTINGS. */
export function encodeSettings(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.allocUnsafe(settings.length * 6);
  settings.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  });
  return payload;
}

/** Numbers of four bytes each, as most short payloads are. */
export function encodeNumbers(...numbers: readonly number[]): Buffer {
  const payload = Buffer.allocUnsafe(numbers.length * 4);
  numbers.forEach((number, index) => void payload.writeUInt32BE(number, index * 4));
  return payload;
}
