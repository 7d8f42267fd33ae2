import { join } from "node:path";
import {
  type Context,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  type NodeParser,
  ObjectType,
  type Schema,
  SchemaGenerator,
  type SubNodeParser,
} from "ts-json-schema-generator";
import ts from "typescript";
import { ROOT } from "../toolchain/run.mjs";

/** A type of the SDK as JSON schema. */
export type TypeSchema = Exclude<NonNullable<Schema["definitions"]>[string], boolean> & { secret?: true };

/** Pulumi's own wrappers around a type, which say when a value is known and nothing of what it is. */
const WRAPPERS = ["Input", "Output", "Unwrap"];

/** Takes the wrappers of Pulumi's SDK off a type. */
class UnwrappingParser implements SubNodeParser {
  private readonly inner: NodeParser;

  constructor(inner: NodeParser) {
    this.inner = inner;
  }

  supportsNode(node: ts.Node): boolean {
    return (
      ts.isTypeReferenceNode(node) && WRAPPERS.includes(node.typeName.getText().replace(/^pulumi\./, ""))
    );
  }

  createType(node: ts.TypeReferenceNode, context: Context) {
    return this.inner.createType(
      (node.typeArguments as ts.NodeArray<ts.TypeNode>)[0] as ts.TypeNode,
      context,
    );
  }
}

/** What a class has of these is no property of it. */
const BASE_CLASSES = ["OceanBaseResource", "pulumi.ProviderResource"];

/** Knows nothing of base classes. */
class BaseClassParser implements SubNodeParser {
  supportsNode(node: ts.Node): boolean {
    return ts.isExpressionWithTypeArguments(node) && BASE_CLASSES.includes(node.expression.getText());
  }

  createType() {
    return new ObjectType("base class", [], [], false);
  }
}

/** What the SDK says of its exports: their types, and the texts of its functions. */
export interface SdkTypes {
  /** Exported types, and those that they are made of, by name; a class is what it has as properties. */
  types: Record<string, TypeSchema>;
  /** What the doc comment of an exported function says. */
  functionText(name: string): string;
}

/** @param names of the types and classes that are asked for */
export function readSdkTypes(names: readonly string[]): SdkTypes {
  const config = {
    ...DEFAULT_CONFIG,
    // The native part has the same names again, and a provider beside them.
    path: join(ROOT, "sdk", "{nodejs/*,nodejs/native/provider,sandbox/types}.ts"),
    tsconfig: join(ROOT, "tsconfig.json"),
    extraTags: ["secret"],
    sortProps: false,
    skipTypeCheck: true,
  };
  const program = createProgram(config);
  const parser = createParser(program, config, (parsers) => {
    parsers.addNodeParser(new UnwrappingParser(parsers as unknown as NodeParser));
    parsers.addNodeParser(new BaseClassParser());
  });
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  return {
    types: Object.assign({}, ...names.map((name) => generator.createSchema(name).definitions)),
    functionText: (name) => functionText(program, name),
  };
}

function functionText(program: ts.Program, name: string): string {
  const isOfSdk = ({ fileName }: ts.SourceFile) => fileName.includes("/sdk/nodejs/");
  for (const file of program.getSourceFiles().filter(isOfSdk)) {
    for (const statement of file.statements) {
      if (!ts.isFunctionDeclaration(statement) || statement.name?.text !== name) continue;
      const [comment] = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc);
      return ts.getTextOfJSDocComment(comment?.comment) ?? "";
    }
  }
  throw new Error(`the SDK has no function ${name}`);
}
