// Gives types that valibot infers of schemas their names back: the compiler knows only their shapes, so that each use would
// repeat the shape, and the type's own entry would show none.
import type * as TypeDoc from 'typedoc';
import type { Application, DeclarationReflection, ProjectReflection, SomeType } from 'typedoc';
import ts from 'typescript';

/** What is computed from schemas and from the definitions of event types: readers want to see what comes of it. */
const computed = /\b(InferOutput|Payload|Definition)\b/;

/**
 * To be called before anything is converted.
 * @returns what is to be called with the result of the conversion
 */
export function nameShapes(
  app: Application,
  typedoc: typeof TypeDoc,
): (project: ProjectReflection) => void {
  const found: { readonly reflection: DeclarationReflection; readonly shape: () => SomeType }[] =
    [];
  app.converter.on(typedoc.Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const symbol = context.getSymbolFromReflection(reflection);
    const [declaration] = symbol?.declarations ?? [];
    if (symbol === undefined || declaration === undefined) return;
    if (!ts.isTypeAliasDeclaration(declaration)) return;
    if (declaration.typeParameters || !computed.test(declaration.type.getText())) return;
    const own = context.withScope(reflection);
    const type = context.checker.getDeclaredTypeOfSymbol(symbol);
    found.push({ reflection, shape: () => own.converter.convertType(own, type) });
  });
  // Now is too early: TypeDoc sets the type afterwards.
  app.converter.on(typedoc.Converter.EVENT_RESOLVE_BEGIN, () => {
    for (const { reflection, shape } of found) {
      const type = shape();
      // What the compiler knows by this very name stays as it is declared.
      if (type.type !== 'reference' || type.name !== reflection.name) reflection.type = type;
    }
  });
  return (project) => {
    const names = new Map<string, DeclarationReflection>();
    for (const { reflection } of found) {
      const shape = reflection.type?.toString() ?? '';
      if (!names.has(shape)) names.set(shape, reflection);
    }
    const named = found.map(({ reflection }) => reflection);
    /** The same type, with names for the shapes in it. */
    const withNames = (type: SomeType, isOwn = false): SomeType => {
      const known = isOwn ? undefined : names.get(type.toString());
      if (known !== undefined) {
        return typedoc.ReferenceType.createResolvedReference(known.name, known, project);
      }
      if (type.type === 'array') type.elementType = withNames(type.elementType);
      if (type.type === 'typeOperator') type.target = withNames(type.target);
      if (type.type === 'union' || type.type === 'intersection') {
        type.types = type.types.map((part) => withNames(part));
      }
      if (type.type === 'reference') {
        type.typeArguments = (type.typeArguments ?? []).map((part) => withNames(part));
      }
      return type;
    };
    // Inner ones last: a union is known by the shapes of what is in it.
    for (const reflection of Object.values(project.reflections)) {
      if (!('type' in reflection)) continue;
      const holder = reflection as DeclarationReflection;
      // What stands after the colon in a schema is no default.
      if (holder.parent?.kindOf(typedoc.ReflectionKind.TypeLiteral)) delete holder.defaultValue;
      if (holder.type !== undefined) holder.type = withNames(holder.type, named.includes(holder));
    }
  };
}
