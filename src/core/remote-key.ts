import { createHash } from "node:crypto";

const plain = /^[\x21-\x7e]{1,400}$/;

/**
 * The index value of a remote id: `<network>:<id>`, or a hash if the id is too long for an index or not ASCII.
 * Remote ids are only compared, never parsed.
 */
export function remoteKey(network: string, id: string): string {
	return plain.test(id) ? `${network}:${id}` : `${network}#${createHash("sha256").update(id).digest("hex")}`;
}
