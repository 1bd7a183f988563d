// The stack as it is without any option, and with a mock of agents; and what is in the first, by its type.
import type { Template } from 'aws-cdk-lib/assertions';
import { resourceOf, resourcesOf, synthesize } from './synthesized';

export const { template } = synthesize();

export const withMockData = synthesize({
  useMockData: true,
  gatewayUrl: 'http://localhost:8888',
}).template;

/** Everything of a type. */
export const all = (type: string, from: Template = template) => resourcesOf(from, type);

/** The one of a type that is like `properties`. */
export const one = (type: string, properties?: unknown) => resourceOf(template, type, properties);
