// Implements the ports of coalescing in memory.
import { keyOf } from '#core/coalescing/lane-progress';
import type {
  FanOutLease,
  HeldState,
  LeaseState,
  PendingItem,
  PendingStore,
  SentKeys,
} from '#core/coalescing/ports';

const never: LeaseState = {
  ...{ holder: undefined, heldUntil: 0, read: 0, flushedAt: 0, hasSent: false },
  done: { batched: 0, single: 0 },
};

export class MemoryFanOutLease implements FanOutLease {
  state = never;
  private sent: SentKeys = { batched: [], single: [] };

  async look(): Promise<LeaseState> {
    return Promise.resolve(this.state);
  }

  async acquire(holder: string, now: number, heldUntil: number): Promise<LeaseState | undefined> {
    const before = this.state;
    const isRepeated = before.holder === holder;
    if (before.holder !== undefined && before.heldUntil > now && !isRepeated) {
      return Promise.resolve(undefined);
    }
    this.state = { ...before, holder, heldUntil };
    return Promise.resolve(before);
  }

  async refresh(holder: string, state: HeldState): Promise<boolean> {
    if (this.state.holder !== holder) return Promise.resolve(false);
    this.state = { ...state, holder };
    return Promise.resolve(true);
  }

  async release(holder: string, state: HeldState): Promise<boolean> {
    if (this.state.holder !== holder) return Promise.resolve(false);
    this.state = { ...state, holder: undefined };
    return Promise.resolve(true);
  }

  async saveSent(sent: SentKeys): Promise<void> {
    this.sent = sent;
    return Promise.resolve();
  }

  async readSent(): Promise<SentKeys> {
    return Promise.resolve(this.sent);
  }
}

export class MemoryPendingStore implements PendingStore {
  private readonly byKey = new Map<string, PendingItem>();

  get items(): readonly PendingItem[] {
    return [...this.byKey.values()];
  }

  async record(item: PendingItem): Promise<void> {
    this.byKey.set(keyOf(item), item);
    return Promise.resolve();
  }

  async since(from: number): Promise<readonly PendingItem[]> {
    const found = this.items.filter(({ recordedAt }) => recordedAt >= from);
    return Promise.resolve(
      found.sort((a, b) => a.recordedAt - b.recordedAt || (a.id < b.id ? -1 : 1)),
    );
  }
}
