// Silent agents in the registers of a MemoryStateStore.
import { definitionOf, registerOf, versionOfEvent, type EventMessage } from '#sdk/protocol';
import { shardOf } from '#core/shard';
import type { SilenceStore, SilentRegister } from '#core/silence/ports';
import type { MemoryRegister, MemoryStateStore } from './fakes';

export class MemorySilenceStore implements SilenceStore {
  constructor(private readonly state: MemoryStateStore) {}

  async *pages(shard: number, now: number): AsyncGenerator<readonly SilentRegister[]> {
    const all = [...this.state.registers.values()].filter(
      ({ event, aliveUntil = Infinity }) =>
        shardOf(event.payload.agentId) === shard && aliveUntil <= now,
    );
    yield await Promise.resolve(all.flatMap(toSilent));
  }

  async store(silent: SilentRegister, updatedAt: number): Promise<boolean> {
    const { event, reportedAt, aliveUntil } = silent;
    const register = this.state.registers.get(registerOf(event));
    if (register === undefined || reportedAtOf(register) !== reportedAt)
      return Promise.resolve(false);
    if (register.aliveUntil !== aliveUntil) return Promise.resolve(false);
    const { expiresAt } = register;
    const written = { event, updatedAt, expiresAt, broadcast: 'pending', aliveUntil } as const;
    this.state.registers.set(registerOf(event), written);
    return Promise.resolve(true);
  }

  async complete({ event, aliveUntil }: SilentRegister): Promise<void> {
    const register = this.state.registers.get(registerOf(event));
    const isHeld = JSON.stringify(register?.event) === JSON.stringify(event);
    if (register !== undefined && isHeld && register.aliveUntil === aliveUntil) {
      const { updatedAt, expiresAt } = register;
      const ordinary = { event, updatedAt, expiresAt, broadcast: 'done' } as const;
      this.state.registers.set(registerOf(event), ordinary);
    }
    return Promise.resolve();
  }
}

function reportedAtOf({ event, prolongedAt }: MemoryRegister): number {
  return prolongedAt ?? event.payload.timestamp;
}

function toSilent(register: MemoryRegister): SilentRegister[] {
  const { aliveUntil, aliveForSeconds, event } = register;
  if (aliveUntil === undefined) return [];
  const reportedAt = reportedAtOf(register);
  if (aliveForSeconds === undefined) return [{ event, reportedAt, aliveUntil, isStored: true }];
  const { value, whenSilent = versionOfEvent(event).value } = definitionOf(event.type);
  const timestamp = reportedAt + aliveForSeconds * 1000;
  const payload = { ...event.payload, [value]: whenSilent, timestamp };
  const silent = { type: event.type, payload } as EventMessage;
  return [{ event: silent, reportedAt, aliveUntil, isStored: false }];
}
