/** An event's place in the log; its id is `<stream>/<seq>`. */
export interface Place {
	readonly stream: string;
	readonly seq: number;
}

/** A stream never gets longer than this: about 2 × 10⁹ events. */
export const lastSeq = 2 ** 31 - 1;

export const eventId = (stream: string, seq: number): string => `${stream}/${seq}`;

/** `undefined` when it can't be the id of an event. */
export function placeOf(id: string): Place | undefined {
	const slash = id.lastIndexOf("/");
	const digits = id.slice(slash + 1);
	if (slash < 1 || !/^[1-9][0-9]{0,9}$/.test(digits)) return undefined;
	const seq = Number(digits);
	return seq <= lastSeq ? { stream: id.slice(0, slash), seq } : undefined;
}
