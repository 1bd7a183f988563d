// The credentials of a function. The bundler puts this in the place of the AWS SDK's chain of providers
// (`@aws-sdk/credential-provider-node`), of which a function can use one: Lambda sets them in the environment. The others, for
// SSO, profiles, processes and containers, would be a fifth of the bundle.

/** The credentials of the function's role, in the form that the clients of the AWS SDK expect. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Takes the place of the function of the same name in `@aws-sdk/credential-provider-node`.
 * @returns a function that rejects if the environment has no credentials
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function defaultProvider(): () => Promise<Credentials> {
  return () => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = process.env;
    if (isEmpty(accessKeyId) || isEmpty(secretAccessKey)) {
      return Promise.reject(
        new Error(
          'There are no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set, as Lambda sets them. ' +
            'A bundled function uses no profile, no SSO and no container role.',
        ),
      );
    }
    const token = isEmpty(sessionToken) ? {} : { sessionToken };
    return Promise.resolve({ accessKeyId, secretAccessKey, ...token });
  };
}

function isEmpty(value: string | undefined): value is undefined | '' {
  return value === undefined || value === '';
}
