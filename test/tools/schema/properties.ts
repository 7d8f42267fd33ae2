import type { TypeSchema } from "./types.ts";

/*
 * The properties of a type, as Pulumi's schema has them.
 */

/** A property, or the type of one, in Pulumi's schema. */
export interface PropertySpec {
  type?: string;
  $ref?: string;
  items?: PropertySpec;
  oneOf?: PropertySpec[];
  description?: string;
  default?: string | number | boolean;
  secret?: true;
}

/** An object type, or one of a few words. */
export interface TypeSpec {
  type: string;
  description?: string;
  properties?: Record<string, PropertySpec>;
  required?: string[];
  enum?: { value: string }[];
}

/** Any value at all. */
const ANY = "pulumi.json#/Any";

/** Names what a type is called in other languages. */
export class PulumiTypes {
  /** Every type that something has referred to, by token. */
  readonly specs: Record<string, TypeSpec> = {};
  private readonly definitions: Record<string, TypeSchema>;
  private readonly tokenOf: (name: string) => string;

  constructor(definitions: Record<string, TypeSchema>, tokenOf: (name: string) => string) {
    this.definitions = definitions;
    this.tokenOf = tokenOf;
  }

  /**
   * The properties of an object type.
   *
   * @param hasDefaults whether the other languages' programs fill a property that is left out; where the configuration
   *   comes before the default, they must not
   */
  object(name: string, hasDefaults = false): Pick<TypeSpec, "properties" | "required"> {
    const { properties = {}, required = [] } = this.definitions[name] as TypeSchema;
    const specs = Object.entries(properties).map(([property, schema]) => {
      const described = this.property(schema as TypeSchema, property);
      const { default: byDefault } = schema as TypeSchema;
      const isPrimitive = typeof byDefault !== "object" && byDefault !== undefined;
      return [property, hasDefaults && isPrimitive ? { ...described, default: byDefault } : described];
    });
    return {
      properties: Object.fromEntries(specs),
      ...(required.length === 0 ? {} : { required: [...required].sort() }),
    };
  }

  /** Takes in a type that nothing else has referred to. */
  require(name: string): void {
    this.named(name);
  }

  private property(schema: TypeSchema, name: string): PropertySpec {
    const description = textOf(schema);
    return {
      ...this.type(schema, name),
      ...(description === "" ? {} : { description }),
      ...(schema.secret === undefined ? {} : { secret: true }),
    };
  }

  /** @param name of the property that has the type: what is one of a few words is called after it */
  private type(schema: TypeSchema, name: string): PropertySpec {
    const { $ref, anyOf, items, type } = schema;
    if ($ref !== undefined) return this.named($ref.replace("#/definitions/", ""));
    // Pulumi's Python can send no list where a list is one of several things that are meant.
    const hasList = anyOf?.some((part) => (part as TypeSchema).type === "array");
    if (hasList) return { $ref: ANY };
    if (anyOf !== undefined) return { oneOf: anyOf.map((part) => this.type(part as TypeSchema, name)) };
    if (type === "array") return { type, items: this.type(items as TypeSchema, name) };
    if (schema.enum !== undefined) return this.words(pascalCase(name), schema);
    return type === undefined ? { $ref: ANY } : { type: type as string };
  }

  private named(name: string): PropertySpec {
    const schema = this.definitions[name] as TypeSchema;
    const publicName = name.replace(/Args$/, "");
    if (schema.enum !== undefined) return this.words(publicName, schema);
    const token = this.tokenOf(publicName);
    if (this.specs[token] === undefined) {
      const description = textOf(schema);
      this.specs[token] = { type: "object", ...(description === "" ? {} : { description }) };
      Object.assign(this.specs[token], this.object(name));
    }
    return { $ref: `#/types/${token}` };
  }

  /** One of a few words; the same words are the same type. */
  private words(name: string, schema: TypeSchema): PropertySpec {
    const values = (schema.enum as string[]).map((value) => ({ value }));
    const alias = Object.entries(this.definitions).find(([, other]) => sameWords(other.enum, schema.enum));
    const token = this.tokenOf(alias?.[0] ?? name);
    this.specs[token] ??= { type: "string", description: `One of ${quoted(values)}.`, enum: values };
    return { $ref: `#/types/${token}` };
  }
}

/** What a property means, with its default and its bounds, in one text without links. */
function textOf(schema: TypeSchema): string {
  const { description = "", default: byDefault } = schema;
  const text = plainText(description);
  const facts = [
    ...(byDefault === undefined ? [] : [`Default: \`${JSON.stringify(byDefault)}\`.`]),
    ...boundsOf(schema),
  ];
  return [text, facts.join(" ")].filter((part) => part !== "").join(text.includes("\n\n") ? "\n\n" : " ");
}

/** The least and the most that a value may be, in sentences. */
export function boundsOf({ minimum, maximum, maxLength }: TypeSchema): string[] {
  return [
    ...(minimum === undefined || maximum === undefined ? [] : [`From ${minimum} to ${maximum}.`]),
    ...(minimum === undefined || maximum !== undefined ? [] : [`${minimum} or more.`]),
    ...(maxLength === undefined ? [] : [`Up to ${maxLength} characters.`]),
  ];
}

/** A doc comment without the links that only TypeScript follows. */
export function plainText(text: string): string {
  return text
    .replace(/(?<!\n)\n(?!\n)/g, " ")
    .replace(/ *\{@link\s+([\w.]+)\s*\} */g, " `$1` ")
    .replace(/` (?=[:;,.])/g, "`")
    .trim();
}

function sameWords(one: unknown, other: unknown): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

function quoted(values: readonly { value: string }[]): string {
  return values.map(({ value }) => `\`${value}\``).join(", ");
}

function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
