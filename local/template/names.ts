// Generates physical names of resources in CloudFormation's format, but the same ones at every start.
import { createHash } from 'node:crypto';

/** The names from which a resource's physical name, ids and URLs are made. */
export interface Names {
  /** `<stack>-<logicalId>-<suffix>`, at most 64 characters: the name of a resource without an explicit one. */
  readonly generated: string;
  /** An API's id: ten characters of a-z and 0-9. */
  readonly apiId: string;
  /** The id of a part of an API, e.g. a route: seven characters of a-z and 0-9. */
  readonly partId: string;
  /** The AWS endpoint of the local stack, without a trailing slash. */
  readonly endpointUrl: string;
}

/** The names depend on the stack's name and the logical id only, so that a queue's URL stays valid after a restart. */
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
