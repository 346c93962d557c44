/** What may follow a task's name on the command line: read strictly, a typo answered with a guess. */
import { nearest } from "../nearest.ts";
import { WorkbenchError } from "./environment.ts";

/** A task as its `--help` tells it. */
export interface Task {
  /** As in `deno task run`. */
  name: string;
  /** What it does, in a sentence or two. */
  does: string;
  options?: Record<string, {
    /** What the option's value is called; without one it is a switch. */
    value?: string;
    does: string;
  }>;
  /** What may stand without dashes, as in `[notebook…]`; nothing where it is not given. */
  names?: string;
  /** Whom options go to that are not the task's own; without it they are refused. */
  others?: string;
}

/** What was written behind a task's name. */
export interface Arguments {
  /** Switches that were set. */
  switches: Set<string>;
  /** Options with a value, by name. */
  values: Record<string, string>;
  names: string[];
  /** What goes on to another program, as it stands. */
  others: string[];
}

/**
 * Reads `--switch`, `--option value`, `--option=value` and names.
 *
 * @throws WorkbenchError naming what is not known, with the nearest spelling
 */
export function readArguments(task: Task, args: readonly string[]): Arguments {
  const { options = {} } = task;
  const known = [...Object.keys(options), "help"];
  const read: Arguments = { switches: new Set(), values: {}, names: [], others: [] };
  const refuse = (message: string) => {
    throw new WorkbenchError(`deno task ${task.name}: ${message}`);
  };
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    const [, name, given] = arg.match(/^--?([^=]+)(?:=(.*))?$/) ?? [];
    if (name === undefined) {
      if (task.names) read.names.push(arg);
      else if (task.others) read.others.push(arg);
      else refuse(`expected nothing but options, got "${arg}"`);
    } else if (known.includes(name)) {
      const option = options[name];
      if (option?.value) {
        read.values[name] = given ?? queue.shift() ??
          refuse(`--${name}: expected ${option.value}`)!;
      } else if (given === undefined) read.switches.add(name);
      else refuse(`--${name}: expected no value, got "${given}"`);
    } else {
      const guess = nearest(name, known);
      if (task.others && !guess) read.others.push(arg);
      else {
        refuse(
          `--${name}: no such option` +
            (guess ? `; did you mean \`--${guess}\`?` : `; known: --${known.join(", --")}`),
        );
      }
    }
  }
  return read;
}

/** The text of `--help`. */
export function helpText({ name, does, options = {}, names, others }: Task): string {
  const rows = Object.entries(options).map(([key, { value, does }]) =>
    [`--${key}${value ? ` ${value}` : ""}`, does] as const
  );
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  const head = ["deno task", name, ...rows.map(([left]) => `[${left}]`), names];
  return [
    head.filter(Boolean).join(" "),
    does,
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    ...(others ? [`Other options go to ${others} as they stand.`] : []),
  ].join("\n");
}

/** Ends the process with one line where the error is one that the reader can mend. */
function endWith(error: unknown): never {
  if (!(error instanceof WorkbenchError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}

/** What was written behind this task's name; `--help`, or what it does not know, ends the process. */
export function argumentsOf(task: Task): Arguments {
  try {
    const read = readArguments(task, Deno.args);
    if (!read.switches.has("help")) return read;
    console.log(helpText(task));
  } catch (error) {
    endWith(error);
  }
  Deno.exit(0);
}

/** Runs a task; an error that the reader can mend becomes one line and exit code 1. */
export async function runTask(
  task: Task,
  main: (args: Arguments) => Promise<number | void>,
): Promise<void> {
  try {
    Deno.exit(await main(argumentsOf(task)) ?? 0);
  } catch (error) {
    endWith(error);
  }
}
