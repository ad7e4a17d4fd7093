import { z } from "zod";
import { NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { deviceKeysOf, type KnownDeviceKey, registerDeviceKey, revokeDeviceKey } from "#core/identity/device-keys.ts";
import { readPublicKey } from "#core/identity/request-signature.ts";
import { announceRevocation } from "#core/identity/revocation.ts";
import { created, empty, json, noContent, ok, type Wire } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { ignoring } from "../base/ignored.ts";
import { oneLine } from "../base/one-line.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { listOf } from "./paging.ts";
import { presentKey, wireKey } from "./user-keys.ts";

const deviceKeysPath = "/api/auth/device-keys";

const publicKey = z
	.string()
	.transform(readPublicKey)
	.refine((key) => key !== undefined, "an Ed25519 public key in base64, the 32 raw bytes or SPKI");
const deviceName = oneLine(100, 0);
const algorithm = z
	.string()
	.refine((text) => text.toLowerCase() === "ed25519", "Ed25519")
	.meta({ pattern: "^[Ee][Dd]25519$" });

const newKey = z
	.strictObject({
		public_key: publicKey.optional(),
		/** Alias of `public_key`. */
		publicKey: publicKey.optional(),
		algorithm: algorithm.optional(),
		device_name: deviceName.optional(),
		/** Alias of `device_name`. */
		deviceName: deviceName.optional(),
		/** Alias of `device_name`. */
		name: deviceName.optional(),
		/** The account follows from the credential. */
		...ignoring("handle", "actor"),
	})
	.refine((key) => key.public_key !== undefined || key.publicKey !== undefined, {
		path: ["public_key"],
		message: "an Ed25519 public key in base64",
	})
	.meta({
		anyOf: [{ required: ["public_key"] }, { required: ["publicKey"] }],
		openapi: { examples: [{ public_key: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", device_name: "Phone" }] },
	});

const wireDeviceKey = wireKey
	.extend({
		id: z.string(),
		device_name: z.string(),
		deviceName: z.string(),
		revoked: z.literal(false),
	})
	.meta({ id: "DeviceKey", description: "A key of one of your devices." });

const registering = operation("registerDeviceKey", "Register the public key of a device", {
	body: newKey,
	answers: { 201: json(wireDeviceKey, "Location"), 200: json(wireDeviceKey) },
	errors: ["too_many_device_keys"],
});
const listing = operation("listDeviceKeys", "List the keys of your devices", {
	answers: { 200: json(listOf(wireDeviceKey)) },
});
const revoking = operation("revokeDeviceKey", "Revoke the key of a device", { answers: { 204: empty() } });

/** The keys of the caller's own devices (OFSCP R7 §4.3, §4.7). */
export const deviceKeyRoutes = ({ context }: Services) => [
	route("POST", deviceKeysPath, "registrar", "manage", registering, (call) => register(context, call)),
	route("GET", deviceKeysPath, "member", "read", listing, (call) => list(context, call)),
	route("DELETE", `${deviceKeysPath}/:id`, "member", "manage", revoking, (call) => revoke(context, call)),
];

async function register(
	context: CoreContext,
	{ body, principal }: CallOf<typeof registering>,
): Promise<AnswerOf<typeof registering>> {
	const name = body.device_name ?? body.deviceName ?? body.name ?? "";
	const { key, isNew } = await registerDeviceKey(context, principal, {
		publicKey: (body.public_key ?? body.publicKey) as string,
		name: name === "" ? "A device" : name,
	});
	return isNew ? created(`${deviceKeysPath}/${key.id}`, present(key)) : ok(present(key));
}

const list = async (context: CoreContext, { account }: Call): Promise<AnswerOf<typeof listing>> =>
	ok({ items: (await deviceKeysOf(context, account.id)).map(present), page: {} });

async function revoke(context: CoreContext, { account, params }: Call): Promise<AnswerOf<typeof revoking>> {
	if (!(await revokeDeviceKey(context, account.id, params.id as string))) throw new NotFound();
	announceRevocation(context, account.id);
	return noContent;
}

const present = ({ id, publicKey: key, name, createdAt }: KnownDeviceKey): Wire<typeof wireDeviceKey> => ({
	id,
	...presentKey({ keyId: id, publicKey: key, createdAt }),
	device_name: name,
	deviceName: name,
	revoked: false,
});
