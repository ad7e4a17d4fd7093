/** A serial line of work, named `<kind>:<what>`: one stream's outgoing events, one remote host, one Matrix room. */
export type Lane = string;

/**
 * Processes the due items of a lane, which are in the store; there may be none. Resolves with the time at which to run again
 * (milliseconds since 1970), or with nothing if the lane is empty.
 */
export type LaneHandler = (lane: Lane, signal: AbortSignal) => Promise<number | undefined>;

/**
 * Runs lanes: each lane one run at a time, in order; different lanes concurrently.
 *
 * The guarantee: a wake after a write to the store is followed by a run that starts after that write, at the latest the sweeper's.
 */
export interface Lanes {
	/** Requests a run of the lane. Never throws and never waits. @param notBefore milliseconds since 1970; at once if absent */
	wake(lane: Lane, notBefore?: number): void;
	/** Resolves when no run is in flight and none is requested (delayed wakes do not count). For tests. */
	idle(): Promise<void>;
	/** No new run starts; resolves when the runs in flight have finished their current item. */
	stop(): Promise<void>;
}
