// The fakes that the rules are tested with keep the promises of the ports, as DynamoDB's adapters do.
import { describeConnectionStore } from '../../../support/connection-store-contract';
import { MemoryFanOutLease, MemoryPendingStore } from '#cost/simulation/memory-coalescing';
import {
  MemoryConnectionStore,
  MemoryHeartbeatStore,
  MemoryRateLimitStore,
  MemoryStateStore,
  MemorySyncMarkers,
} from '../../../support/fakes';
import { describeFanOutLease } from '../../../support/fan-out-lease-contract';
import { describeHeartbeatStore } from '../../../support/heartbeat-store-contract';
import { describePendingStore } from '../../../support/pending-store-contract';
import { describeRateLimitStore } from '../../../support/rate-limit-store-contract';
import { describeStateStore } from '../../../support/state-store-contract';
import { describeSyncMarkers } from '../../../support/sync-markers-contract';

describeFanOutLease('MemoryFanOutLease', () => new MemoryFanOutLease());
describePendingStore('MemoryPendingStore', () => new MemoryPendingStore());
describeConnectionStore('MemoryConnectionStore', () => new MemoryConnectionStore());
describeStateStore('MemoryStateStore', () => new MemoryStateStore());
describeRateLimitStore('MemoryRateLimitStore', () => new MemoryRateLimitStore());
describeSyncMarkers('MemorySyncMarkers', () => new MemorySyncMarkers());
describeHeartbeatStore('MemoryHeartbeatStore', () => new MemoryHeartbeatStore());
