import { defaultFrameBytes, defaultWindowBytes, maxWindowBytes, settingIds } from './frame.ts';
import { http2Codes, toHttp2Violation } from './http2-error.ts';

/** What the other end said of itself by SETTINGS (RFC 9113, section 6.5.2). */
export class PeerSettings {
  /** The largest payload of a frame that it takes. */
  maxFrameBytes: number = defaultFrameBytes;
  /** How much it takes on a new stream. */
  windowBytes: number = defaultWindowBytes;
  /** How many streams of ours may be open. */
  maxStreams: number = Infinity;

  /**
   * Takes the payload of a frame; says by how much the windows of all streams grew (shrank, where negative). Throws `protocol_violation`.
   */
  apply(payload: Buffer): number {
    if (payload.length % 6 !== 0) throw toHttp2Violation('sent a frame of a wrong size', http2Codes.frameSizeError);
    const before = this.windowBytes;
    for (let at = 0; at < payload.length; at += 6) this.#set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    return this.windowBytes - before;
  }

  #set(id: number, value: number): void {
    switch (id) {
      case settingIds.initialWindowSize:
        if (value > maxWindowBytes) throw toHttp2Violation('opened a window too far', http2Codes.flowControlError);
        this.windowBytes = value;
        return;
      case settingIds.maxFrameSize:
        if (value < defaultFrameBytes || value >= 2 ** 24) throw toHttp2Violation('wants frames of a size that there is not');
        this.maxFrameBytes = value;
        return;
      case settingIds.maxConcurrentStreams:
        this.maxStreams = value;
        return;
      case settingIds.enablePush:
        if (value > 1) throw toHttp2Violation('sent a setting that there is not');
        return;
      default:
    }
  }
}
