import { globSync, readFileSync } from "node:fs";
import { transformSync } from "@swc/core";

/**
 * The files of which nothing is left when the types are gone. They have no line that could run, but the coverage of files
 * that were never loaded counts all of theirs.
 *
 * @param {readonly string[]} roots
 */
export function typeOnlyFiles(roots) {
	return roots
		.flatMap((root) => globSync(`${root}/**/*.ts`))
		.filter((file) => {
			const { code } = transformSync(readFileSync(file, "utf8"), {
				jsc: { parser: { syntax: "typescript" }, target: "esnext", transform: { verbatimModuleSyntax: true } },
			});
			return code.replaceAll(/\/\*[^]*?\*\/|\/\/.*|export\s*\{\s*\};?/g, "").trim() === "";
		});
}
