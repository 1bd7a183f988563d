// The callers of the AWS endpoint: functions' roles with keys that the stack has issued, and the developer.
import { randomBytes } from 'node:crypto';
import { accountId, iamArnOf, partition } from '../../template/pseudo-parameters';
import type { PolicyStatement } from '../../template/resources/policy-document';

export interface Principal {
  readonly arn: string;
  /** As in messages of SQS. */
  readonly senderId: string;
  /** The statements of the role's policies, or `administrator`: the developer may do everything. */
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

  /** Issues temporary credentials for a function, as Lambda does from the function's role. */
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

  /** The secrets and the owner of a key that this stack knows. */
  find(accessKeyId: string): Known | undefined {
    return this.#known.get(accessKeyId);
  }
}
