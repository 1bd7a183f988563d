// The memory of each function by default. The setting `memoryMegabytes` replaces single values.
import type { FunctionName } from './setting';

/**
 * In megabytes. CPU is proportional to memory: 1769 MB are one vCPU, which is as much as one invocation that posts can use.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const defaultMemoryMegabytes: Readonly<Record<FunctionName, number>> = {
  authorizer: 512,
  connect: 512,
  disconnect: 256,
  default: 1024,
  broadcast: 1769,
  deliver: 1769,
  heartbeat: 1769,
  'disconnect-user': 512,
  health: 256,
  whoami: 256,
  report: 512,
  'mock-agents': 256,
};

/** The functions that people wait for, which can have provisioned concurrency. */
export const provisionableFunctions = [
  'authorizer',
  'connect',
  'broadcast',
] as const satisfies readonly FunctionName[];
