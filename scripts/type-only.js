import { globSync, readFileSync } from "node:fs";
import { transformSync } from "@swc/core";

/**
 * The files that contain only types. None of their lines can run, but the coverage of files that were never loaded would count
 * all of them.
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
