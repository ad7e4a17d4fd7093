import { createHash } from "node:crypto";
import type { PortalId } from "../../ids.ts";

/** Letters and digits that can't be confused when they are read out. */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const length = 6;

/**
 * The short code by which a room's side names a link when it agrees to it (wire.md, "Bridges"). It is no secret: only the answer of a
 * person with enough power in the room counts. It follows from the link's id, so links that were made by earlier versions have one, too.
 */
export const linkCode = (id: PortalId): string =>
	Array.from(createHash("sha256").update(`link ${id}`).digest().subarray(0, length), (byte) =>
		alphabet.charAt(byte % alphabet.length),
	).join("");
