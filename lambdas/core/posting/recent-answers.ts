// Whom API Gateway throttled of those it answered lately: a few whose clients do not read, or the whole account.

/** Answers that are looked back upon. */
const windowSize = 200;

/** Of the last answers, so many different users throttled: then it is the account. */
const manyUsers = 20;

/** Milliseconds after which an answer says nothing about now. */
const lately = 5_000;

/**
 * The last answers of @connections. A LimitExceededException is either the account's throttle or one connection whose
 * client does not read, and does not say which ("The client is sending more than the allowed number of requests per unit
 * of time or the WebSocket client side buffer is full"). The account's strikes everybody alike; connections of one user lie
 * side by side, and their network fails for all of them, so a user counts once.
 * @see https://docs.aws.amazon.com/botocore/latest/reference/services/apigatewaymanagementapi/client/exceptions/LimitExceededException.html
 */
export class RecentAnswers {
  /** A ring: the user who was throttled, or undefined for an answer of another kind. */
  private readonly users: (string | undefined)[] = Array.from({ length: windowSize });
  private readonly times = new Float64Array(windowSize);
  /** Where the next answer goes, and how many there are before it. */
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

  /** Of the last answers, the share that was throttled: from 0 to 1. */
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
