// Extracts a function's name from a reference in a template.

const arnPattern = /arn:[^:]*:lambda:[^:]*:\d*:function:([\w-]+)/;

/**
 * The name of the function that `given` refers to.
 * @param given the function's name, its ARN, or API Gateway's integration URI, which contains the ARN
 */
export function functionNameOf(given: string): string {
  return arnPattern.exec(given)?.[1] ?? given;
}
