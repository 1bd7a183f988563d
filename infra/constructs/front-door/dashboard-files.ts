// The dashboard's files in a bucket that only CloudFront can read, and the function that uploads them.
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import {
  BucketDeployment,
  CacheControl,
  Source,
  type ISource,
} from 'aws-cdk-lib/aws-s3-deployment';
import { Construct, type IConstruct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';
import { ServiceLog } from '../base/service-log';
import { acknowledgeWildcard } from '../base/wildcard-resource';

/** The folder of the dashboard's build whose files may be cached forever. */
export const assetsFolder = 'assets';

/**
 * Memory of the upload function. The value is unusual on purpose: all BucketDeployments of a stack with the same memory share one
 * function and one role, and this role may only write to this bucket.
 */
const memoryMegabytes = 1025;

export interface DashboardFilesProps {
  readonly configuration: Pick<Configuration, 'stage' | 'logRetentionDays'>;
  /** The output of `npm run build:dashboard`. */
  readonly directory: string;
}

export class DashboardFiles extends Construct {
  readonly bucket: Bucket;
  private readonly props: DashboardFilesProps;

  constructor(scope: Construct, id: string, props: DashboardFilesProps) {
    super(scope, id);
    this.props = props;
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // The files can be rebuilt from the source.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'It is read through CloudFront only, which has an access log, and written only by the upload function, ' +
        'which has a log. A log of S3 would repeat both, with query strings.',
    });
  }

  /** Uploads the files and `config.json`. @param config contents of `config.json`, which may contain CDK tokens */
  upload(config: Readonly<Record<string, unknown>>): void {
    const { directory, configuration } = this.props;
    const name = `${resourceName(configuration)}-dashboard-upload`;
    const log = new ServiceLog(this, 'UploadLog', `/aws/lambda/${name}`, configuration);
    const role = new Role(this, 'UploadRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: "Puts the dashboard's files into their bucket",
    });
    const allow = (actions: string[], resource: string) => {
      role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }));
    };
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], log.logGroupArn);
    allow(['s3:ListBucket'], this.bucket.bucketArn);
    // s3:GetBucketTagging is not allowed: with it, the function would find the CDK's tag and keep the files when the stack is
    // deleted, so that the bucket could not be deleted.
    const files = this.bucket.arnForObjects('*');
    allow(['s3:DeleteObject', 's3:PutObject'], files);
    acknowledgeWildcard(
      role,
      files,
      "The names of the files are made by the dashboard's build and change with their content. The bucket holds " +
        'them and nothing else.',
    );
    /** Allows the function to read this archive in the bucket of assets, and no other. */
    const readable = (source: ISource): ISource => ({
      bind: (scope, context) => {
        const bound = source.bind(scope, context);
        allow(['s3:GetObject'], bound.bucket.arnForObjects(bound.zipObjectKey));
        return bound;
      },
    });
    // The CDK's grant would allow s3:GetObject*, s3:List*, s3:DeleteObject* and more.
    const lockedRole = role.withoutPolicyUpdates();
    const common = {
      // The cast is necessary because the CDK's types do not support exactOptionalPropertyTypes.
      destinationBucket: this.bucket as IBucket,
      retainOnDelete: false,
      logGroup: log,
      role: lockedRole,
      memoryLimit: memoryMegabytes,
    };
    // The names of assets change with their content. Those of previous versions are kept for browsers that still show them.
    const assets = new BucketDeployment(this, 'UploadAssets', {
      ...common,
      sources: [readable(Source.asset(directory))],
      exclude: ['*'],
      include: [`${assetsFolder}/*`],
      prune: false,
      cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
    });
    const page = new BucketDeployment(this, 'UploadPage', {
      ...common,
      sources: [
        readable(Source.asset(directory)),
        readable(Source.jsonData('config.json', config)),
      ],
      exclude: [`${assetsFolder}/*`],
      // Browsers revalidate these files at each request, and get 304 if they have not changed.
      cacheControl: [CacheControl.noCache()],
    });
    page.node.addDependency(assets);
    const { children } = Stack.of(this).node;
    const handler = children.find(
      (each) => each instanceof LambdaFunction && each.role === lockedRole,
    );
    if (handler === undefined) {
      throw new Error(
        'A stack has room for one front door: put the other into a stack of its own.',
      );
    }
    acknowledgeHandler(handler);
    assets.node.addDependency(role);
  }
}

/** Acknowledges findings about the upload function, whose code and configuration are those of the CDK. */
function acknowledgeHandler(handler: IConstruct): void {
  const runtime =
    'The code and its runtime are those of aws-cdk-lib, which moves on to the next Python when it has been tested ' +
    'there. It runs while the stack is deployed, and is called by CloudFormation alone.';
  Validations.of(handler).acknowledge(
    { id: 'AwsSolutions-L1', reason: runtime },
    { id: 'Serverless-LambdaLatestVersion', reason: runtime },
    {
      id: 'Serverless-LambdaDLQ',
      reason:
        'CloudFormation waits for its answer: a call that fails ends the deployment, says why and is rolled back. ' +
        'There is nothing to be looked at later.',
    },
    {
      id: 'Serverless-LambdaTracing',
      reason:
        'It copies files when a person deploys, and is no part of any request. What it did stands in its log; ' +
        'with traces it would need a permission on every resource.',
    },
  );
}
