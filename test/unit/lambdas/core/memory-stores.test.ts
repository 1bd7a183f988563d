// The fakes that the rules are tested with keep the promises of the ports, as DynamoDB's adapters do.
import { describeConnectionStore } from '../../../support/connection-store-contract';
import {
  MemoryConnectionStore,
  MemoryHeartbeatStore,
  MemoryRateLimitStore,
  MemoryStateStore,
  MemorySyncMarkers,
} from '../../../support/fakes';
import { describeHeartbeatStore } from '../../../support/heartbeat-store-contract';
import { describeRateLimitStore } from '../../../support/rate-limit-store-contract';
import { describeStateStore } from '../../../support/state-store-contract';
import { describeSyncMarkers } from '../../../support/sync-markers-contract';

describeConnectionStore('MemoryConnectionStore', () => new MemoryConnectionStore());
describeStateStore('MemoryStateStore', () => new MemoryStateStore());
describeRateLimitStore('MemoryRateLimitStore', () => new MemoryRateLimitStore());
describeSyncMarkers('MemorySyncMarkers', () => new MemorySyncMarkers());
describeHeartbeatStore('MemoryHeartbeatStore', () => new MemoryHeartbeatStore());
