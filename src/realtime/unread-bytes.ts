/** A reader, as far as what it has not read is concerned. */
export interface Unread {
	/** How much waits to be read, in bytes. */
	readonly unread: number;
	/** Drops what waits, and ends the reader. */
	cut(): void;
}

/** Limits what waits for all readers together. */
export interface UnreadBytes {
	/** Called when something more waits for a reader. */
	grown(reader: Unread): void;
	delete(reader: Unread): void;
}

/** After a cut, this share of the limit is in use at most, so that the readers aren't searched again for every event. */
const shareAfterCut = 0.75;

/** If more than `max` bytes wait in all, the readers for which most waits are cut: those that read keep their streams. */
export function limitUnreadBytes(max: number): UnreadBytes {
	/** What waited when the reader was last counted. It may have read some of it since. */
	const counted = new Map<Unread, number>();
	let total = 0;

	function count(reader: Unread): void {
		const { unread } = reader;
		total += unread - (counted.get(reader) ?? 0);
		counted.set(reader, unread);
	}

	function remove(reader: Unread): void {
		total -= counted.get(reader) ?? 0;
		counted.delete(reader);
	}

	return {
		grown(reader) {
			count(reader);
			if (total <= max) return;
			for (const known of counted.keys()) count(known);
			if (total <= max) return;
			for (const [largest] of [...counted].toSorted(([, a], [, b]) => b - a)) {
				if (total <= max * shareAfterCut) return;
				remove(largest);
				largest.cut();
			}
		},
		delete: remove,
	};
}
