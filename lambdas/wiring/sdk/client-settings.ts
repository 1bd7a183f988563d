// The settings of the AWS SDK's clients: short timeouts and few retries.

/** Dashboards wait for these calls, so a quick retry is better than a slow answer. */
export const clientSettings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};
