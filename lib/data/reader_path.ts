/** Paths as readers write them. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { projectRoot } from "../project.ts";

/** The whole path: `~` is the home folder, and what is relative counts from the project's folder. */
export function readerPath(text: string): string {
  const expanded = text.replace(/^~(?=$|[\\/])/, homedir());
  return isAbsolute(expanded) ? expanded : join(projectRoot, expanded);
}

/** A path in a message: as it was written, and how it was read where that is not the same. */
export function quotedPath(text: string): string {
  const path = readerPath(text);
  return path === text ? `"${text}"` : `"${text}", read as "${path}"`;
}

/** Why a folder cannot be read, from what reading it threw. */
export function whyNoFolder(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such folder";
  if (error instanceof Deno.errors.NotADirectory) {
    return "that is a file; name the folder it lies in";
  }
  return `it cannot be read: ${(error as Error).message}`;
}

/** How many names a message can bear. */
const most = 12;

/** Names in a message, the first of them where there are many. */
export function listed(names: readonly string[], separator = ", "): string {
  if (names.length === 0) return "nothing";
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return names.slice(0, most).join(separator) + more;
}
