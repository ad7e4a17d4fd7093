/** One page of a list. */
export interface Slice<T> {
	readonly items: readonly T[];
	/** Pass it back for the next page; absent at the end. */
	readonly next?: string;
}

/** Which page of a list is read, oldest first. */
export interface PageAfter {
	/** The `next` of the page before; absent: the first page. */
	readonly after?: string;
	readonly limit: number;
}
