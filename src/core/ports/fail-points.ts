/**
 * Points at which a test can end the process. In production a call does nothing.
 *
 * A fail-point is directly before or after a write that must be durable, and its name says which:
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
/** The name of a fail-point. */
export type FailPoint = (typeof failPoints)[number];

/** The fail-points of production: none ever fails. */
export const noFailPoints: FailPoints = { hit() {} };
