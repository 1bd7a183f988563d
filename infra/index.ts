// What other CDK apps import.
export { ConfigurationError } from './config/configuration-error';
export {
  MissionControlRealtime,
  type MissionControlRealtimeProps,
} from './mission-control-realtime';
