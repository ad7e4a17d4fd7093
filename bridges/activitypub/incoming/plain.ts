import type { Text } from "#bridge-kit";

/** A `name`, which AS2 defines as plain text: nothing in it is markup. `undefined`: it is empty. */
export function nameIn(value: string | undefined, length: number): string | undefined {
	return shortened(value?.slice(0, length * 4) ?? "", length);
}

/** A `summary`, which some servers write as plain text (a content warning) and others as HTML (AS2). `undefined`: it is empty. */
export function summaryIn(text: Text, value: string | undefined, length: number): string | undefined {
	const written = value?.slice(0, length * 4) ?? "";
	return shortened(isMarkup(written) ? text.fromHtml(written) : written, length);
}

function shortened(text: string, length: number): string | undefined {
	const plain = text.trim().slice(0, length).toWellFormed();
	return plain === "" ? undefined : plain;
}

/** Whether a text is evidently HTML: it has an end tag, an empty element or a character reference. A lone `<` is none. */
const isMarkup = (text: string): boolean =>
	/<\/[a-z][a-z0-9]{0,15}>|<[bh]r ?\/?>|<p>|&(?:#\d{1,6}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos|nbsp|hellip);/i.test(text);
