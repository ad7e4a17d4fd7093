import type { ObservedRequest } from "./observing-proxy.ts";

const colours = process.stdout.isTTY;
const paint = (code: string, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

let steps = 0;

/** Prints the title of the next step. */
export function printStep(text: string): void {
	steps++;
	process.stdout.write(`\n${paint("1;36", `${steps}. ${text}`)}\n`);
}

/** Prints a result that was checked. */
export function printResult(text: string): void {
	process.stdout.write(`   ${paint("32", "✔")} ${text}\n`);
}

const shown = ["host", "date", "digest", "content-digest", "signature", "signature-input", "content-type"];
const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);

/** Prints a request as it went over the wire: its line, the relevant headers, its body. */
export function printRequest(from: string, to: string, { method, path, headers, body, status }: ObservedRequest): void {
	const lines = [`${from} ► ${to}   ${method} ${path}   ◄ ${status}`];
	for (const name of shown) if (headers[name] !== undefined) lines.push(`${name}: ${cut(String(headers[name]), 110)}`);
	if (body !== "") lines.push(...pretty(body).split("\n"));
	process.stdout.write(`${lines.map((line, i) => paint(i === 0 ? "33" : "2", `   │ ${line}`)).join("\n")}\n`);
}

/** Omits the contexts, which are long and always the same. */
function pretty(body: string): string {
	try {
		const { "@context": _, ...rest } = JSON.parse(body) as Record<string, unknown>;
		return JSON.stringify(
			rest,
			(key, value: unknown) => (key === "@context" ? undefined : typeof value === "string" ? cut(value, 160) : value),
			2,
		);
	} catch {
		return cut(body, 200);
	}
}
