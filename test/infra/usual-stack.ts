// The stack without any option, the stack with mock agents, and functions that find resources of the first by type.
import type { Template } from 'aws-cdk-lib/assertions';
import { resourceOf, resourcesOf, synthesize } from './synthesized';

export const { template } = synthesize();

export const withMockData = synthesize({
  useMockData: true,
  gatewayUrl: 'http://localhost:8888',
}).template;

/** All resources of a type. */
export const all = (type: string, from: Template = template) => resourcesOf(from, type);

/** The only resource of a type that matches `properties`. */
export const one = (type: string, properties?: unknown) => resourceOf(template, type, properties);
