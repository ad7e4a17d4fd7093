import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { isRecord } from "../incoming/event.ts";

/** The power levels of a room, as far as consent needs them. */
export interface Power {
	of(user: string): number;
	/** Whether a user may change the power levels. */
	mayChangePower(user: string): boolean;
	readonly encrypted: boolean;
}

/** Before room version 10 a level may be a string. */
function level(value: unknown, otherwise: number): number {
	const number = typeof value === "string" ? Number.parseInt(value, 10) : value;
	return typeof number === "number" && Number.isFinite(number) ? number : otherwise;
}

/**
 * Reads a room's power levels now (client-server API, "m.room.power_levels").
 *
 * @throws {HomeserverError}
 */
export async function readPower(homeserver: Homeserver, room: string): Promise<Power> {
	const state = async (type: string): Promise<Record<string, unknown> | undefined> => {
		try {
			return await homeserver.request("GET", `/rooms/${segment(room)}/state/${type}/`, { query: { format: "event" } });
		} catch (error) {
			if (error instanceof HomeserverError && error.status === 404) return undefined;
			throw error;
		}
	};
	const [levels, creation, encryption] = await Promise.all([
		state("m.room.power_levels"),
		state("m.room.create"),
		state("m.room.encryption"),
	]);
	return powerOf(levels && contentOf(levels), creation ?? {}, encryption !== undefined);
}

/**
 * Reads power levels from a room's state. Since room version 12 the creators are above all levels and not listed; without any
 * levels, only the creator has power.
 */
export function powerOf(
	levels: Readonly<Record<string, unknown>> | undefined,
	creation: Readonly<Record<string, unknown>>,
	encrypted: boolean,
): Power {
	const above = creatorsAbove(creation);
	const { users: listed, events, ...defaults } = levels ?? { users: { [String(creatorOf(creation))]: 100 } };
	const users = isRecord(listed) ? listed : {};
	const needed = level(isRecord(events) ? events["m.room.power_levels"] : undefined, level(defaults.state_default, 50));
	const of = (user: string): number =>
		above.has(user)
			? Number.POSITIVE_INFINITY
			: level(Object.hasOwn(users, user) ? users[user] : undefined, level(defaults.users_default, 0));
	return { of, mayChangePower: (user) => of(user) >= needed, encrypted };
}

/** Servers that do not support `format=event` answer with the content alone. */
const contentOf = (event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
	isRecord(event.content) ? event.content : event;

const creatorOf = (creation: Readonly<Record<string, unknown>>): unknown =>
	contentOf(creation).creator ?? creation.sender;

function creatorsAbove(creation: Readonly<Record<string, unknown>>): ReadonlySet<string> {
	const { room_version: version, additional_creators: more } = contentOf(creation);
	// Nothing is known about experimental versions (`org.example.12`).
	if (typeof version !== "string" || !/^\d{1,4}$/.test(version) || Number(version) < 12) return new Set();
	const creators = [creation.sender, ...(Array.isArray(more) ? more : [])];
	return new Set(creators.filter((user): user is string => typeof user === "string"));
}
