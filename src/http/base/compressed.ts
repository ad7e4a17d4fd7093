import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Context } from "koa";
import { matches, textEtag } from "./conditional.ts";

/** Shorter bodies fit into a packet or two anyway. */
const minBytes = 1024;

const brotli = promisify(brotliCompress);
const encoders = {
	br: (body: Buffer): Promise<Buffer> => brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
	gzip: promisify<Buffer, Buffer>(gzip),
} as const;

/**
 * Answers with a text that is the same for everyone: compressed as the client accepts it, with an entity tag. Never for a text with a secret
 * (a token, a form), whose length would tell of it once it is compressed with something that an attacker has chosen (BREACH).
 */
export async function sendPublic(ctx: Context, text: string, type: string): Promise<void> {
	const body = Buffer.from(text);
	// Weak: the same for every encoding of the text.
	const etag = `W/${textEtag(text)}`;
	ctx.set("ETag", etag);
	ctx.type = type;
	ctx.vary("Accept-Encoding");
	// A client that has this version gets no body.
	const isShort = body.length < minBytes || matches(ctx.get("If-None-Match"), etag);
	const encoding = isShort ? undefined : (["br", "gzip"] as const).find((name) => ctx.acceptsEncodings(name) === name);
	if (encoding === undefined) {
		ctx.body = body;
		return;
	}
	ctx.body = await encoders[encoding](body);
	ctx.set("Content-Encoding", encoding);
}
