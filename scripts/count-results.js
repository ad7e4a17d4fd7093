/**
 * Counts the results in ava's output: lines that begin with `✔` or `✘`. As soon as a test fails, ava's own summary no longer says
 * how many passed. A crashed worker counts as one more failure.
 *
 * @param {string} output
 */
export function countResults(output) {
	const marks = output.split("\n").map((line) => line.trimStart().slice(0, 2));
	return {
		passed: marks.filter((mark) => mark === "✔ ").length,
		failed: marks.filter((mark) => mark === "✘ ").length,
	};
}
