import { settingIds } from './frame.ts';
import { fixedTunnelLimits } from '../limits.ts';

/** What this end says of itself by SETTINGS (RFC 9113, section 6.5.2). */
export function toOwnSettings(
  role: 'client' | 'server',
  maxStreams: number,
  windowBytes: number,
): readonly (readonly [id: number, value: number])[] {
  return [
    [settingIds.initialWindowSize, windowBytes],
    [settingIds.maxFrameSize, fixedTunnelLimits.http2FrameBytes.value],
    [settingIds.maxHeaderListSize, fixedTunnelLimits.http2HeadBytes.value],
    role === 'server' ? [settingIds.maxConcurrentStreams, maxStreams] : [settingIds.enablePush, 0],
  ];
}
