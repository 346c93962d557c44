/** Text that stands in HTML or SVG, in an element or between an attribute's double quotes. */

/** The text with `&`, `<`, `>` and `"` as entities. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
