/** Options are parsed once, at the edge; what is wrong is said in one line that teaches. */
import { z } from "zod";
import { nearest } from "./nearest.ts";
import { OptionError } from "./option_error.ts";

export { OptionError };

const didYouMean = (word: string, candidates: readonly string[]) => {
  const guess = nearest(word, candidates);
  return guess ? `; did you mean \`${guess}\`?` : `; known: ${candidates.join(", ")}`;
};

const noSuchOptions = (names: readonly string[], known: readonly string[], owner = "") =>
  names.map((name) => `${owner}${name}: no such option${didYouMean(name, known)}`).join("; ");

/** So many characters of a value are shown. */
const longest = 80;

/** A value as a message shows it: short, on one line. */
export function said(value: unknown): string {
  if (typeof value === "function") return "a function";
  // JSON would call NaN and Infinity null.
  if (typeof value === "number") return String(value);
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  const maker = Object(value).constructor;
  if (typeof value === "object" && value && maker && ![Object, Array].includes(maker)) {
    return `${/^[AEIOU]/.test(maker.name) ? "an" : "a"} ${maker.name}`;
  }
  let text = String(value);
  try {
    text = JSON.stringify(value) ?? text;
  } catch {
    // What holds itself has no JSON.
  }
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function valueAt(root: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], root);
}

/** The schema of a field, without its `optional`, `nullable` and `default`. */
function schemaAt(root: z.core.$ZodType, path: PropertyKey[]): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = root;
  for (const key of [...path, null]) {
    while (
      schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ||
      schema instanceof z.ZodDefault
    ) schema = schema.unwrap();
    if (key === null) break;
    if (schema instanceof z.ZodObject) schema = schema.shape[String(key)];
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else if (schema instanceof z.ZodTuple) schema = schema.def.items[Number(key)];
    else return undefined;
  }
  return schema;
}

const withArticle = (noun: string) => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

/** What a field may be, as in `an integer >= 1`. */
function wantedBy(issue: z.core.$ZodIssue, schema: z.core.$ZodType | undefined): string {
  const number = schema instanceof z.ZodNumber && schema.isInt ? "an integer" : "a number";
  const bounded = (sign: string, words: string, bound: number | bigint, origin: string) =>
    origin === "array"
      ? `${words} ${bound} elements`
      : origin === "string"
      ? `${words} ${bound} characters`
      : `${number} ${sign} ${bound}`;
  switch (issue.code) {
    case "invalid_value":
      return issue.values.map(said).join(" or ");
    case "invalid_type":
      return ["number", "int"].includes(issue.expected)
        ? number
        : withArticle(issue.expected === "tuple" ? "array" : issue.expected);
    case "too_small":
      return bounded(issue.inclusive ? ">=" : ">", "at least", issue.minimum, issue.origin);
    case "too_big":
      return bounded(issue.inclusive ? "<=" : "<", "at most", issue.maximum, issue.origin);
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "invalid_union":
      return issue.errors.map((errors, i) =>
        wantedBy(errors[0], schema instanceof z.ZodUnion ? schema.options[i] : undefined)
      ).join(" or ");
    default:
      return "";
  }
}

function explain(issue: z.core.$ZodIssue, root: unknown, schema: z.core.$ZodType): string {
  const field = issue.path.map(String).join(".");
  const owner = schemaAt(schema, issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = owner instanceof z.ZodObject ? Object.keys(owner.shape) : [];
    return noSuchOptions(issue.keys, known, field && `${field}.`);
  }
  const value = valueAt(root, issue.path);
  const guess = issue.code === "invalid_value" && typeof value === "string"
    ? nearest(value, issue.values.map(String))
    : undefined;
  const wanted = wantedBy(issue, owner);
  return `${field || "options"}: ${wanted ? `expected ${wanted}` : issue.message}, ` +
    `got ${said(value)}${guess ? `; did you mean \`${guess}\`?` : ""}`;
}

/**
 * Parses options with a strict zod object schema.
 *
 * @param where the function or preset the options belong to, named in the message
 * @throws OptionError, one line: `train: latnetDim: no such option; did you mean \`latentDim\`?`
 */
export function parseOptions<Schema extends z.ZodObject>(
  schema: Schema,
  value: unknown,
  where: string,
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new OptionError(
    `${where}: ${result.error.issues.map((issue) => explain(issue, value, schema)).join("; ")}`,
  );
}

/**
 * Refuses options by their names alone: where another library looks at the values, or a schema would cost
 * more than the call.
 *
 * @throws OptionError, one line, with the nearest spelling
 */
export function requireKnown(options: object, known: readonly string[], where: string): void {
  const strange = Object.keys(options).filter((name) => !known.includes(name));
  if (strange.length > 0) throw new OptionError(`${where}: ${noSuchOptions(strange, known)}`);
}
