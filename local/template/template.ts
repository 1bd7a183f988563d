// The parts of a CloudFormation template that the local stack reads, and the one error it raises about them.

/** A parsed CloudFormation template, as the CDK synthesizes it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Rules?: Readonly<Record<string, unknown>>;
  readonly [section: string]: unknown;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: unknown;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly [attribute: string]: unknown;
}

/** Where in a template something stands, for messages to people. */
export interface Place {
  /** The resource's logical id, or the section's name, e.g. `Outputs`. */
  readonly logicalId: string;
  /** The resource's type; absent outside `Resources`. */
  readonly type?: string;
}

/** The template asks for something that the local stack does not do. It never ignores such a thing. */
export class TemplateError extends Error {
  readonly code = 'TEMPLATE_NOT_SUPPORTED';

  constructor(place: Place, problem: string) {
    const type = place.type === undefined ? '' : ` (${place.type})`;
    super(`The local stack cannot run the template: ${place.logicalId}${type}: ${problem}.`);
    this.name = 'TemplateError';
  }
}
