/**
 * Where the program writes what happened. `fields` is data for machines, `message` one short line for people.
 * Secrets are taken out by the logger, but it is better not to hand it any.
 */
export interface Logger {
	debug(fields: object, message: string): void;
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
	error(fields: object, message: string): void;
	/** A logger that adds `fields` to each of its lines. */
	child(fields: Record<string, unknown>): Logger;
}
