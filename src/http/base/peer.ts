/** Another provider that asks. */
export interface Peer {
	readonly domain: string;
	/** It has signed; otherwise anybody may have said its name. */
	readonly isProven: boolean;
}
