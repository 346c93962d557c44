import assert from "node:assert/strict";
import { lineCoverage } from "../../lib/workbench/ok.ts";

Deno.test("lineCoverage() is the share of lines over all files", () => {
  assert.equal(
    lineCoverage("SF:a\nLH:1\nLF:4\nend_of_record\nSF:b\nLH:5\nLF:8\nend_of_record"),
    50,
  );
  assert.equal(lineCoverage(""), null);
});
