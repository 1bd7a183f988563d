// Whose pages may ask the HTTP API, for API Gateway and for CloudFront before it.
import type { Configuration } from '../../config/configuration';

/** The configured origins, and that of the front door, as far as its name is known before it is there. */
export function allowedOriginsOf({
  allowedOrigins,
  frontDoor,
}: Pick<Configuration, 'allowedOrigins' | 'frontDoor'>): string[] {
  const own = frontDoor?.domainName === undefined ? [] : [`https://${frontDoor.domainName}`];
  return [...new Set([...own, ...allowedOrigins])];
}
