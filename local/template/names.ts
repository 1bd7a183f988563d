// Physical names of resources: made up as CloudFormation does, but the same at every start.
import { createHash } from 'node:crypto';

/** Makes names for one resource. */
export interface Names {
  /** `<stack>-<logicalId>-<suffix>`, at most 64 characters, as for a resource that is given no name. */
  readonly generated: string;
  /** An API's id: ten of a-z and 0-9. */
  readonly apiId: string;
  /** A short id for a part of an API. */
  readonly partId: string;
  /** The AWS endpoint of the local stack, without a slash at the end. */
  readonly endpointUrl: string;
}

/**
 * Names that depend on the stack's name and the logical id alone: a queue's URL stays valid over a restart.
 */
export function namesFor(stackName: string, logicalId: string, endpointUrl: string): Names {
  const hash = createHash('sha256').update(`${stackName}/${logicalId}`).digest();
  const letters = BigInt(`0x${hash.toString('hex')}`).toString(36);
  const suffix = letters.slice(0, 12).toUpperCase();
  const room = 64 - stackName.length - suffix.length - 2;
  return {
    generated: `${stackName}-${logicalId.slice(0, Math.max(room, 1))}-${suffix}`,
    apiId: letters.slice(12, 22),
    partId: letters.slice(12, 19),
    endpointUrl,
  };
}
