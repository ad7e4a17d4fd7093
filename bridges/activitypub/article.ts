import { escapeHtml, type Message, type Text } from "#bridge-kit";

const max = { name: 150, summary: 500 };

/** How an article introduces itself: some servers show nothing else of it, and others show the summary as a warning. */
export interface Introduction {
	/** Plain text. */
	readonly name: string;
	/** HTML; absent if the name says it all. */
	readonly summary?: string;
}

/**
 * The name and the teaser of an article. Without a title the name is the first line of its text, which a heading is, too; the teaser
 * begins behind it, so that nothing is said twice.
 */
export function introductionOf(text: Text, { content, warning }: Pick<Message, "content" | "warning">): Introduction {
	const plain = text.toPlain(content.text, content.mime).trim();
	const [line = ""] = plain.split("\n", 1);
	const title = content.title?.trim() || undefined;
	const name = title === undefined ? cut(line, max.name) : shortened(title, max.name);
	const behind =
		title === undefined || title === line ? plain.slice(title === undefined ? name.end : line.length) : plain;
	const isContinued = title === undefined && name.end < line.length;
	const teaser = content.summary?.trim() || `${isContinued ? "…" : ""}${behind.trim()}`;
	const shown = [warning, teaser].filter((part) => part !== undefined && part !== "").join(": ");
	return {
		name: name.text,
		...(shown === "" ? {} : { summary: escapeHtml(shortened(shown, max.summary).text) }),
	};
}

interface Cut {
	/** What is shown, with an ellipsis if something is left out. */
	readonly text: string;
	/** Where what is left out begins. */
	readonly end: number;
}

/** The beginning of a line, cut between words where there are any. */
function cut(line: string, length: number): Cut {
	if (line.length <= length) return { text: line, end: line.length };
	const space = line.lastIndexOf(" ", length - 1);
	const beginning = space > length / 2 ? line.slice(0, space) : shortened(line, length).text.slice(0, -1);
	return { text: `${beginning}…`, end: beginning.length };
}

function shortened(text: string, length: number): Cut {
	if (text.length <= length) return { text, end: text.length };
	const beginning = text.slice(0, length - 1);
	// Half of a character is not shown.
	const whole = beginning.isWellFormed() ? beginning : beginning.slice(0, -1);
	return { text: `${whole}…`, end: whole.length };
}
