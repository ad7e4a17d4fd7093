const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Strict base64 with its padding; `undefined` for anything else, of which Buffer would skip the invalid characters. */
export function decodeBase64(text: string): Buffer | undefined {
	if (text.length % 4 !== 0 || !BASE64.test(text)) return undefined;
	return Buffer.from(text, "base64");
}
