/** One page of a list. */
export interface Slice<T> {
	readonly items: readonly T[];
	/** The `after` or `before` of the next page; absent on the last page. */
	readonly next?: string;
}

/** Which page of a list is read, oldest first. */
export interface PageAfter {
	/** The `next` of the page before; absent: the first page. */
	readonly after?: string;
	readonly limit: number;
}
