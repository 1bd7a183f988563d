// Determines the origins whose pages may use the HTTP API, for API Gateway and for CloudFront.
import type { Configuration } from '../../config/configuration';

/** The configured origins, and that of the front door if it has a custom domain name. */
export function allowedOriginsOf({
  allowedOrigins,
  frontDoor,
}: Pick<Configuration, 'allowedOrigins' | 'frontDoor'>): string[] {
  const own = frontDoor?.domainName === undefined ? [] : [`https://${frontDoor.domainName}`];
  return [...new Set([...own, ...allowedOrigins])];
}
