/** Caps on what a remote server may send us, whatever its network. What only one network needs is in its own section. */
export interface HostLimits {
	/** Bytes of one request body. */
	readonly bodyBytes: number;
	/** Levels of nesting in a JSON document. */
	readonly jsonDepth: number;
	/** Values in a JSON document. */
	readonly jsonNodes: number;
}
