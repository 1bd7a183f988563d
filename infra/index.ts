// What other CDK apps import.
export { ConfigurationError } from './configuration-error';
export {
  MissionControlRealtime,
  type MissionControlRealtimeProps,
} from './mission-control-realtime';
