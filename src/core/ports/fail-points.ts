/**
 * Places at which a test may end the process. In production every call is empty.
 *
 * A fail-point stands directly before or behind a write that must be durable, and its name says which:
 * `store:before-commit`, `delivery:after-send` …
 */
export interface FailPoints {
	hit(name: FailPoint): void;
}

/** Every fail-point there is; a test fails when one of them is never hit. */
export const failPoints = [
	"store:before-commit",
	"store:after-commit",
	"incoming:before-append",
	"incoming:after-append",
	"consumer:before-work",
	"consumer:after-commit",
	"consumer:after-settle",
	"delivery:before-send",
	"delivery:after-send",
	"delivery:after-record",
] as const;
export type FailPoint = (typeof failPoints)[number];

export const noFailPoints: FailPoints = { hit() {} };
