import { accounts } from "../accounts/account.ts";
import { emailOwners } from "../accounts/email.ts";
import { expulsions } from "../accounts/expulsion.ts";
import { presences } from "../accounts/presence.ts";
import { privateData } from "../accounts/private-data.ts";
import { audiences } from "../bridging/audience.ts";
import { parked } from "../bridging/incoming/parked-event.ts";
import { links } from "../bridging/links.ts";
import { deadLetters, deliveries } from "../bridging/outgoing/delivery.ts";
import { portals } from "../bridging/portals/portal.ts";
import { bridgeState } from "../bridging/state.ts";
import { storeEpochs } from "../events/epochs.ts";
import { laneRecords } from "../events/lane-holds.ts";
import { logTimes } from "../events/log-times.ts";
import { storeProbes } from "../events/store-probe.ts";
import { documentVersions } from "../federation/document-version.ts";
import { numberedPeople } from "../federation/numbered-people.ts";
import { remoteKeys } from "../federation/remote-keys.ts";
import { remoteUsers } from "../federation/remote-users.ts";
import { feedBaselines } from "../feed/feed-baselines.ts";
import { channels } from "../groups/channel.ts";
import { groups } from "../groups/group.ts";
import { memberships } from "../groups/membership.ts";
import { tiers } from "../groups/tiers.ts";
import { bootstrapTokens } from "../identity/bootstrap-tokens.ts";
import { credentials } from "../identity/credentials.ts";
import { custodialKeys } from "../identity/custodial-keys.ts";
import { deviceKeys } from "../identity/device-key.ts";
import { emailLinks } from "../identity/email-links.ts";
import { invites } from "../identity/invites.ts";
import { uses } from "../identity/last-used.ts";
import { nonces } from "../identity/nonces.ts";
import { oauthRecords } from "../identity/oauth-records.ts";
import { passkeyChallenges, passkeys } from "../identity/passkeys.ts";
import { recoveries } from "../identity/recoveries.ts";
import { signingKeySets } from "../identity/signing-keys.ts";
import { accessTokens } from "../identity/tokens.ts";
import { totps } from "../identity/totp.ts";
import { vaultKeys } from "../identity/vault-keys.ts";
import { messages } from "../messages/message.ts";
import { messageTags } from "../messages/tags.ts";
import type { Collection } from "../ports/store.ts";
import { reactions } from "../reactions/reaction.ts";
import { migrations } from "./migrations.ts";

/** All collections of the core, which the store prepares when it is opened. */
export const collections: readonly Collection<unknown>[] = [
	accessTokens,
	accounts,
	audiences,
	bootstrapTokens,
	bridgeState,
	channels,
	credentials,
	custodialKeys,
	deadLetters,
	deliveries,
	deviceKeys,
	documentVersions,
	emailLinks,
	emailOwners,
	expulsions,
	feedBaselines,
	groups,
	invites,
	laneRecords,
	storeEpochs,
	storeProbes,
	links,
	logTimes,
	memberships,
	messages,
	messageTags,
	migrations,
	nonces,
	numberedPeople,
	oauthRecords,
	parked,
	passkeyChallenges,
	passkeys,
	portals,
	presences,
	privateData,
	reactions,
	remoteKeys,
	remoteUsers,
	signingKeySets,
	uses,
	recoveries,
	tiers,
	totps,
	vaultKeys,
];
