/** Limits on what a remote server may send, for all networks. A limit of one network only is in that bridge's own section. */
export interface HostLimits {
	/** Bytes of one request body. */
	readonly bodyBytes: number;
	/** Levels of nesting in a JSON document. */
	readonly jsonDepth: number;
	/** Values in a JSON document. */
	readonly jsonNodes: number;
}
