// List prices of AWS in us-east-1 as of November 2026, without free tiers, each with its source.

/** Price tiers: dollars for one unit, up to a number of units a month. The last tier has no limit. */
export type Tiers = readonly (readonly [upTo: number, dollars: number])[];

const million = 1e6;
const gibibyte = 2 ** 30;
const tebibyte = 2 ** 40;

export const prices = {
  /** A message of up to 32 KB, in either direction. https://aws.amazon.com/api-gateway/pricing/ */
  webSocketMessage: [
    [1e9, 1 / million],
    [Infinity, 0.8 / million],
  ],
  /** https://aws.amazon.com/api-gateway/pricing/ */
  connectionMinute: [[Infinity, 0.25 / million]],
  /** https://aws.amazon.com/api-gateway/pricing/ */
  httpRequest: [
    [300e6, 1 / million],
    [Infinity, 0.9 / million],
  ],
  /** https://aws.amazon.com/lambda/pricing/ */
  lambdaRequest: [[Infinity, 0.2 / million]],
  /** For arm64. https://aws.amazon.com/lambda/pricing/ */
  lambdaGigabyteSecond: [
    [7.5e9, 0.0000133334],
    [18.75e9, 0.0000120001],
    [Infinity, 0.0000106667],
  ],
  /** An execution environment for arm64 that is always ready, used or not. https://aws.amazon.com/lambda/pricing/ */
  provisionedGigabyteSecond: [[Infinity, 0.0000033334]],
  /** The duration of calls in such an environment, for arm64. https://aws.amazon.com/lambda/pricing/ */
  provisionedCallGigabyteSecond: [[Infinity, 0.0000077778]],
  /** On demand, since November 2024. https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  readUnit: [[Infinity, 0.125 / million]],
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  writeUnit: [[Infinity, 0.625 / million]],
  /** A byte in a table of the standard class, for a month. https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  storedByte: [[Infinity, 0.25 / gibibyte]],
  /** An event of up to 64 KB. https://aws.amazon.com/eventbridge/pricing/ */
  event: [[Infinity, 1 / million]],
  /** https://aws.amazon.com/eventbridge/pricing/ */
  scheduledCall: [[Infinity, 1 / million]],
  /** A request to a standard queue. https://aws.amazon.com/sqs/pricing/ */
  queueRequest: [
    [100e9, 0.4 / million],
    [Infinity, 0.3 / million],
  ],
  /** A byte that Lambda logs. https://aws.amazon.com/cloudwatch/pricing/ */
  loggedByte: [
    [10 * tebibyte, 0.5 / gibibyte],
    [30 * tebibyte, 0.25 / gibibyte],
    [50 * tebibyte, 0.1 / gibibyte],
    [Infinity, 0.05 / gibibyte],
  ],
  /** A custom metric, for a month. https://aws.amazon.com/cloudwatch/pricing/ */
  metric: [
    [10_000, 0.3],
    [Infinity, 0.1],
  ],
  /** https://aws.amazon.com/xray/pricing/ */
  trace: [[Infinity, 5 / million]],
  /** A byte to the internet. https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer */
  sentByte: [
    [10 * tebibyte, 0.09 / gibibyte],
    [50 * tebibyte, 0.085 / gibibyte],
    [150 * tebibyte, 0.07 / gibibyte],
    [Infinity, 0.05 / gibibyte],
  ],
} as const satisfies Readonly<Record<string, Tiers>>;

export type Unit = keyof typeof prices;

/** The cost of a number of units in a month, in dollars. */
export function dollarsFor(unit: Unit, units: number): number {
  let [dollars, from] = [0, 0];
  for (const [upTo, price] of prices[unit]) {
    dollars += Math.max(0, Math.min(units, upTo) - from) * price;
    from = upTo;
  }
  return dollars;
}
