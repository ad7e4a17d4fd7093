/**
 * Counts the results in what ava printed: `✔` and `✘` at the beginning of a line. ava's own summary says nothing of what has
 * passed as soon as something has failed. A worker that crashed counts as one more failure.
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
