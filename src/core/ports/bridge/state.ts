/** A bridge's own key-value store. Values are JSON. */
export interface BridgeStateStore {
	get(key: string): Promise<unknown>;
	/** Resolves when durable. */
	set(key: string, value: unknown): Promise<void>;
	/** Stores the value unless the key exists; resolves with the value that is stored in the end. */
	setIfAbsent(key: string, value: unknown): Promise<unknown>;
	delete(key: string): Promise<void>;
	/** Keys with this prefix, in order. */
	list(
		prefix: string,
		options: { readonly after?: string; readonly limit: number },
	): Promise<readonly { readonly key: string; readonly value: unknown }[]>;
}
