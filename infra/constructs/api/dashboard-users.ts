// The Cognito user pool of deployments without an identity provider; only administrators can add users.
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccountRecovery, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { IdentityProvider } from '../../../lambdas/contract/identity-provider';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';

export class DashboardUsers extends Construct {
  readonly userPool: UserPool;
  /** The app client for dashboards. It runs in browsers, so it has no secret. */
  readonly client: UserPoolClient;
  /** The `iss` of the pool's tokens. */
  readonly issuer: string;
  readonly identityProvider: IdentityProvider;

  constructor(
    scope: Construct,
    id: string,
    configuration: Pick<Configuration, 'stage' | 'dataRemoval'>,
  ) {
    super(scope, id);
    const isKept = configuration.dataRemoval === 'retain';
    this.userPool = new UserPool(this, 'UserPool', {
      userPoolName: resourceName(configuration),
      // Every user can see all agents, so only administrators may add users.
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      // Each user can add an authenticator app. SMS is disabled, because phone numbers can be taken over.
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: isKept,
      removalPolicy: isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.userPool).acknowledge(
      {
        id: 'AwsSolutions-COG2',
        reason:
          'Every user can register an authenticator app, and then needs it. If it were required, users whom ' +
          'an administrator signs in by the command line could not register one before there is a page for it.',
      },
      {
        id: 'AwsSolutions-COG8',
        reason:
          'The Plus plan adds detection of stolen passwords at a price for each active user. Users cannot sign up ' +
          'themselves, failed sign-ins are locked out by every plan, and the plan can be raised without replacing the pool.',
      },
    );
    this.client = this.userPool.addClient('Dashboard', {
      generateSecret: false,
      // With SRP, passwords never leave the browser. With AWS credentials, an administrator can sign in a user as well.
      // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
      authFlows: { userSrp: true, adminUserPassword: true },
      // Hosted pages would need a domain and callback URLs.
      disableOAuth: true,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      // A connection ends when its token expires, so this is the maximum time that a removed user stays connected.
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
    });
    const { region, urlSuffix } = Stack.of(this);
    this.issuer = `https://cognito-idp.${region}.${urlSuffix}/${this.userPool.userPoolId}`;
    this.identityProvider = {
      kind: 'cognito',
      userPoolId: this.userPool.userPoolId,
      userPoolClientId: this.client.userPoolClientId,
    };
  }
}
