import type { ChannelOptions } from '@grpc/grpc-js';
import { fixedTunnelLimits } from './limits.ts';

/** The largest answer of the API: a list of very many intercepts. */
const maxAnswerBytes = fixedTunnelLimits.answerBytes.value;

const clientOptions: ChannelOptions = {
  // The library would send loopback through a proxy too.
  'grpc.enable_http_proxy': 0,
  // One client is one connection of its own, never one shared within the process.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
};

/** Options of a connection that only asks the API. */
export const apiChannelOptions: ChannelOptions = { ...clientOptions, 'grpc.max_receive_message_length': maxAnswerBytes };
