import type { ChannelOptions } from '@grpc/grpc-js';
import { fixedTunnelLimits } from './limits.ts';

/**
 * HTTP/2's own windows, of the connection and of each stream. Both ends always read, so they never fill; they only have to be larger than what
 * is under way on a long line. What a slow reader may hold is bounded by the protocol's credit.
 */
export const http2WindowBytes: number = fixedTunnelLimits.http2WindowBytes.value;

/** The largest message of the tunnel: a full data frame, or a control message. */
const maxTunnelMessageBytes = fixedTunnelLimits.messageBytes.value;
/** The largest answer of the API: a list of very many intercepts. */
const maxAnswerBytes = fixedTunnelLimits.answerBytes.value;

/** Streams that a connection may have open before anybody on it has proven who they are; control streams and API calls beside the pipes later. */
export const strangerStreams: number = fixedTunnelLimits.strangerStreams.value;

/** Options of the manager's server. A connection gets wider windows and more streams when its session is welcome. */
export const serverOptions: ChannelOptions = {
  'grpc.max_receive_message_length': maxTunnelMessageBytes,
  'grpc.max_send_message_length': maxAnswerBytes,
  'grpc.max_concurrent_streams': strangerStreams,
  'grpc.enable_channelz': 0,
};

const clientOptions: ChannelOptions = {
  // The library would send loopback through a proxy too.
  'grpc.enable_http_proxy': 0,
  // One client is one connection of its own, never one shared within the process.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
};

/** Options of an agent's connection. */
export const tunnelChannelOptions: ChannelOptions = {
  ...clientOptions,
  'grpc.max_receive_message_length': maxTunnelMessageBytes,
  'grpc-node.flow_control_window': http2WindowBytes,
};

/** Options of a connection that only asks the API. */
export const apiChannelOptions: ChannelOptions = { ...clientOptions, 'grpc.max_receive_message_length': maxAnswerBytes };
