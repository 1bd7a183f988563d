// Decides by API Gateway's recent answers whether the account is throttled, or only a few clients that do not read.

/** The number of answers that are evaluated. */
const windowSize = 200;

/** If this many different users were throttled among the last answers, the account is throttled. */
const manyUsers = 20;

/** Milliseconds after which an answer is no longer evaluated. */
const lately = 5_000;

/**
 * The last answers of @connections. A LimitExceededException means that the account is throttled or that one client does
 * not read, but not which of the two ("The client is sending more than the allowed number of requests per unit of time or
 * the WebSocket client side buffer is full"). A throttled account affects all users alike. The connections of one user are
 * posted to one after the other, and a fault of the user's network affects all of them, so a user counts once.
 * @see https://docs.aws.amazon.com/botocore/latest/reference/services/apigatewaymanagementapi/client/exceptions/LimitExceededException.html
 */
export class RecentAnswers {
  /** A ring buffer: the user who was throttled, or undefined for any other answer. */
  private readonly users: (string | undefined)[] = Array.from({ length: windowSize });
  private readonly times = new Float64Array(windowSize);
  /** The position of the next answer, and the number of answers before it. */
  private next = 0;
  private size = 0;
  private readonly throttled = new Map<string, number>();
  private throttledAnswers = 0;

  note(userId: string, isThrottled: boolean, now: number): void {
    if (this.size === windowSize) this.forgetOldest();
    while (this.size > 0 && (this.times[this.oldest()] ?? now) < now - lately) this.forgetOldest();
    this.users[this.next] = isThrottled ? userId : undefined;
    this.times[this.next] = now;
    this.next = (this.next + 1) % windowSize;
    this.size += 1;
    if (!isThrottled) return;
    this.throttledAnswers += 1;
    this.throttled.set(userId, (this.throttled.get(userId) ?? 0) + 1);
  }

  areManyThrottled(): boolean {
    return this.throttled.size >= manyUsers;
  }

  /** The share of throttled answers among the last ones: from 0 to 1. */
  throttledShare(): number {
    return this.size === 0 ? 0 : this.throttledAnswers / this.size;
  }

  clear(): void {
    this.size = 0;
    this.throttledAnswers = 0;
    this.throttled.clear();
  }

  private oldest(): number {
    return (this.next - this.size + windowSize) % windowSize;
  }

  private forgetOldest(): void {
    const userId = this.users[this.oldest()];
    this.size -= 1;
    if (userId === undefined) return;
    this.throttledAnswers -= 1;
    const count = this.throttled.get(userId) ?? 0;
    if (count > 1) this.throttled.set(userId, count - 1);
    else this.throttled.delete(userId);
  }
}
