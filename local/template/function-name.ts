// The ways in which templates name a function.

const arnPattern = /arn:[^:]*:lambda:[^:]*:\d*:function:([\w-]+)/;

/** The name of a function that is given by its name, its ARN, or the URI under which API Gateway calls it. */
export function functionNameOf(given: string): string {
  return arnPattern.exec(given)?.[1] ?? given;
}
