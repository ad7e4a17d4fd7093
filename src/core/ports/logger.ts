/**
 * The log of the process. `fields` is data for machines, `message` one short line for people.
 * The logger redacts secrets, but callers should not pass any.
 */
export interface Logger {
	debug(fields: object, message: string): void;
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
	error(fields: object, message: string): void;
	/** A logger that adds `fields` to each of its lines. */
	child(fields: Record<string, unknown>): Logger;
}
