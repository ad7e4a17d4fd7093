import { createHash } from "node:crypto";

const plain = /^[\x21-\x7e]{1,400}$/;

/**
 * The index value of a foreign id: `<network>:<id>`, or its hash where the id is too long for an index or not ASCII.
 * Foreign ids are compared, never read.
 */
export function remoteKey(network: string, id: string): string {
	return plain.test(id) ? `${network}:${id}` : `${network}#${createHash("sha256").update(id).digest("hex")}`;
}
