// The public interface for other CDK apps.
export { ConfigurationError } from './config/configuration-error';
export {
  MissionControlRealtime,
  type MissionControlRealtimeProps,
} from './mission-control-realtime';
