// The in-memory stores of the unit tests fulfil the same contracts as the DynamoDB adapters.
import { describeConnectionStore } from '#test/support/contracts/connection-store';
import { MemoryFanOutLease, MemoryPendingStore } from '#cost/simulation/memory-coalescing';
import {
  MemoryConnectionStore,
  MemoryHeartbeatStore,
  MemoryRateLimitStore,
  MemoryStateStore,
  MemorySyncMarkers,
  MemoryTimelineStore,
} from '#test/support/core/fakes';
import { MemorySilenceStore } from '#test/support/core/memory-silence-store';
import { describeFanOutLease } from '#test/support/contracts/fan-out-lease';
import { describeHeartbeatStore } from '#test/support/contracts/heartbeat-store';
import { describePendingStore } from '#test/support/contracts/pending-store';
import { describeRateLimitStore } from '#test/support/contracts/rate-limit-store';
import { describeTimeToLive } from '#test/support/contracts/silence-store';
import { describeStateStore } from '#test/support/contracts/state-store';
import { describeSyncMarkers } from '#test/support/contracts/sync-markers';
import { describeTimelineStore } from '#test/support/contracts/timeline-store';

describeFanOutLease('MemoryFanOutLease', () => new MemoryFanOutLease());
describePendingStore('MemoryPendingStore', () => new MemoryPendingStore());
describeConnectionStore('MemoryConnectionStore', () => new MemoryConnectionStore());
describeStateStore('MemoryStateStore', () => new MemoryStateStore());
describeRateLimitStore('MemoryRateLimitStore', () => new MemoryRateLimitStore());
describeSyncMarkers('MemorySyncMarkers', () => new MemorySyncMarkers());
describeHeartbeatStore('MemoryHeartbeatStore', () => new MemoryHeartbeatStore());
describeTimelineStore('MemoryTimelineStore', () => new MemoryTimelineStore());
describeTimeToLive('MemoryStateStore and MemorySilenceStore', () => {
  const state = new MemoryStateStore();
  return { state, silence: new MemorySilenceStore(state) };
});
