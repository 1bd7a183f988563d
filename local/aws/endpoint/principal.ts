// Manages the access keys of the AWS endpoint: those that it issues for the functions' roles, and the developer's.
import { randomBytes } from 'node:crypto';
import { accountId, iamArnOf, partition } from '../../template/pseudo-parameters';
import type { PolicyStatement } from '../../template/resources/policy-document';

export interface Principal {
  readonly arn: string;
  /** The attribute `SenderId` of the SQS messages that the principal sends. */
  readonly senderId: string;
  /** The statements of the role's policies, or `administrator` for the developer, who has all permissions. */
  readonly permissions: readonly PolicyStatement[] | 'administrator';
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

interface Known {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly principal: Principal;
}

const developer: Principal = {
  arn: iamArnOf('user/local'),
  senderId: accountId,
  permissions: 'administrator',
};

/** The access keys of one local stack. */
export class AccessKeys {
  readonly #known = new Map<string, Known>([
    ['local', { secretAccessKey: 'local', principal: developer }],
  ]);

  /** Issues temporary credentials of a role for a function, as Lambda does. */
  issue(
    roleName: string,
    functionName: string,
    permissions: readonly PolicyStatement[],
  ): Credentials {
    const credentials = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
    };
    const { accessKeyId, ...secrets } = credentials;
    const principal = {
      arn: `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${functionName}`,
      senderId: `AROA${roleName}:${functionName}`,
      permissions,
    };
    this.#known.set(accessKeyId, { ...secrets, principal });
    return credentials;
  }

  /** The secrets and the principal of an access key; undefined when the stack has not issued it. */
  find(accessKeyId: string): Known | undefined {
    return this.#known.get(accessKeyId);
  }
}
