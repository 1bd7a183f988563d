// Extracts a function's name and qualifier from a reference in a template.

const arnPattern = /arn:[^:]*:lambda:[^:]*:\d*:function:([\w-]+)(?::([\w-]+))?/;

/**
 * The name of the function that `given` refers to.
 * @param given the function's name, its ARN, or API Gateway's integration URI, which contains the ARN
 */
export function functionNameOf(given: string): string {
  return arnPattern.exec(given)?.[1] ?? given;
}

/**
 * The alias or the version that `given` refers to; undefined for the function itself.
 * @param given as for {@link functionNameOf}
 */
export function qualifierOf(given: string): string | undefined {
  return arnPattern.exec(given)?.[2];
}
