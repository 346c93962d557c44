/** The one error for a user's mistake; in a file of its own for programs that parse no options. */

/** This folder, as it stands in the frames of a stack trace; modules in a bundle have no address. */
const lib = (import.meta.url ?? "bundled:/").replace(/[^/]*$/, "");

/**
 * An option or argument that cannot be used: its message names field, value, what was wanted, nearest
 * spelling. The trace leaves out this library's own frames: on top stands the caller's line, which is
 * where the mistake is.
 */
export class OptionError extends TypeError {
  override name = "OptionError";

  constructor(message: string) {
    super(message);
    const lines = this.stack?.split("\n") ?? [];
    const frames = lines.filter((line) => /^\s+at /.test(line) && !line.includes(lib));
    this.stack = [`${this.name}: ${message}`, ...frames].join("\n");
  }
}
