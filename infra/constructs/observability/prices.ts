// List prices in US dollars in us-east-1 as of January 2026, for the estimate on the operations dashboard.

/** Prices of one unit. Prices of other regions differ by up to a third. */
export const prices = {
  /** https://aws.amazon.com/api-gateway/pricing/ : a message of up to 32 KB, in either direction */
  message: 1 / 1e6,
  connectionMinute: 0.25 / 1e6,
  /** https://aws.amazon.com/lambda/pricing/ : arm64 */
  invocation: 0.2 / 1e6,
  gigabyteSecond: 0.0000133334,
  /** Of an execution environment that is always ready; its calls cost 0.0000077778 instead of the price above. */
  provisionedGigabyteSecond: 0.0000033334,
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ : a request unit */
  readUnit: 0.125 / 1e6,
  writeUnit: 0.625 / 1e6,
  /** https://aws.amazon.com/eventbridge/pricing/ : a custom event of up to 64 KB */
  event: 1 / 1e6,
  /** https://aws.amazon.com/sqs/pricing/ : a standard request of up to 64 KB */
  queueRequest: 0.4 / 1e6,
} as const;
