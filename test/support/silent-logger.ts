import type { Logger } from "#core/ports/logger.ts";

/** A logger that nobody hears. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLogger };
