/** The position of an event in the log. Its id is `<stream>/<seq>`. */
export interface EventPosition {
	readonly stream: string;
	readonly seq: number;
}

/** The highest seq of a stream: about 2 × 10⁹. */
export const lastSeq = 2 ** 31 - 1;

/** The id of an event. */
export const eventId = (stream: string, seq: number): string => `${stream}/${seq}`;

/** The position of an event by its id; `undefined` if the text is not an event id. */
export function positionOf(id: string): EventPosition | undefined {
	const slash = id.lastIndexOf("/");
	const digits = id.slice(slash + 1);
	if (slash < 1 || !/^[1-9][0-9]{0,9}$/.test(digits)) return undefined;
	const seq = Number(digits);
	return seq <= lastSeq ? { stream: id.slice(0, slash), seq } : undefined;
}
