import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";

export const executable = path.join(import.meta.dirname, "..", "..", "bin", "causeway.js");

/**
 * Runs a command of the program in a process of its own, and resolves with its output.
 *
 * @param env is added to the environment of this process
 * @throws {Error} the command failed
 */
export async function runProgram(
	env: Readonly<Record<string, string>>,
	words: readonly string[],
	stdin = "",
): Promise<{ readonly stdout: string; readonly stderr: string }> {
	const child = spawn(process.execPath, [executable, ...words], { env: { ...process.env, ...env } });
	child.stdin.end(stdin);
	const ended = new Promise((resolve) => child.once("exit", resolve));
	const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
	if (code !== 0) throw new Error(`${words.join(" ")}: ${code} ${stderr}`);
	return { stdout: stdout.trim(), stderr: stderr.trim() };
}
