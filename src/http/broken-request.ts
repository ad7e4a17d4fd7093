import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type ErrorCode, errorCodes } from "#core/error-codes.ts";
import { http } from "./base/required.ts";

/** Translates Node's error for an unparsable request into our error code. */
function codeOf({ code }: NodeJS.ErrnoException): ErrorCode {
	if (code === "HPE_HEADER_OVERFLOW") return "headers_too_large";
	return code === "ERR_HTTP_REQUEST_TIMEOUT" ? "request_timeout" : "invalid_request";
}

/**
 * Answers an unparsable or incomplete HTTP request with a problem document, and ends the connection.
 *
 * @param current the response in progress on the connection, if any: nothing may be written into the middle of it
 */
export function refuseBrokenRequest(
	error: NodeJS.ErrnoException,
	socket: Duplex,
	current: ServerResponse | undefined,
): void {
	const isBusy = current !== undefined && current.headersSent && !current.writableFinished;
	if (!socket.writable || isBusy) {
		socket.destroy();
		return;
	}
	const errorCode = codeOf(error);
	const { status, meaning: detail } = errorCodes[errorCode];
	const title = http.STATUS_CODES[status];
	const type = `urn:causeway:problem:${errorCode}`;
	const body = JSON.stringify({ type, title, status, detail, instance: "", errorCode });
	const head = [
		`HTTP/1.1 ${status} ${title}`,
		"Connection: close",
		"Content-Type: application/problem+json",
		`Content-Length: ${Buffer.byteLength(body)}`,
	];
	socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
