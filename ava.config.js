/** The long runs put minutes between two results; `timeout` is a guard against hanging, not a measure of speed. */
const long = process.env.CAUSEWAY_LONG === "1";

export default {
	files: ["test/**/*.test.ts"],
	extensions: ["ts"],
	timeout: long ? "60m" : "5m",
	concurrency: 2,
	require: ["./test/support/check-answers.ts"],
};
