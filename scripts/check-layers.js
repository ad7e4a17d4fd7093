// Checks the layers (.dependency-cruiser.cjs). If dependency-cruiser finds no parser for TypeScript, it reads nothing and reports
// success, so this script also checks that it has read at least as many modules as there are files.
import { globSync } from "node:fs";
import swc from "@swc/core/Visitor.js";
import rules from "../.dependency-cruiser.cjs";

// dependency-cruiser extends swc's visitor, which throws at `using` and `await using` although swc's parser accepts them.
const { visitStatement } = swc.Visitor.prototype;
swc.Visitor.prototype.visitStatement = function (statement) {
	const using = /** @type {{ type: string, decls?: any }} */ (statement);
	if (using.type !== "UsingDeclaration") return visitStatement.call(this, statement);
	using.decls = this.visitVariableDeclarators(using.decls);
	return statement;
};
const { cruise } = await import("dependency-cruiser");

const roots = ["src", "bridges", "test", "bench", "demo"].filter((root) => globSync(`${root}/**/*.ts`).length > 0);
const { output } = await cruise(roots, {
	...rules.options,
	ruleSet: { forbidden: rules.forbidden ?? [] },
	validate: true,
});
if (typeof output === "string") throw new Error("dependency-cruiser returned text instead of its findings");

const { totalCruised, violations } = output.summary;
const files = roots.flatMap((root) => globSync(`${root}/**/*.ts`)).length;
for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} → ${to}`);
if (totalCruised < files)
	console.error(`dependency-cruiser read ${totalCruised} modules, but there are ${files} files`);
if (violations.length > 0 || totalCruised < files) process.exitCode = 1;
else console.log(`${totalCruised} modules respect the layers`);
