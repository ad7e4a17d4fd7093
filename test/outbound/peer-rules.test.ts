import test from "ava";
import { createPeerRules } from "../../src/outbound/peer-rules.ts";

const says = (rules: ReturnType<typeof createPeerRules>, url: string) => rules(new URL(url));

test("with empty lists, every peer is allowed", (t) => {
	t.true(says(createPeerRules([], []), "https://a.example/x"));
});

test("an entry of the allow list must match including the port", (t) => {
	const rules = createPeerRules(["a.example", "b.example:8443"], []);
	t.true(says(rules, "https://a.example/"));
	t.true(says(rules, "https://b.example:8443/"));
	t.false(says(rules, "https://a.example:8443/"));
	t.false(says(rules, "https://b.example/"));
	t.false(says(rules, "https://sub.a.example/"));
});

test("a denied host is denied on every port, and a denied host with a port only on that port", (t) => {
	const rules = createPeerRules([], ["a.example", "b.example:8443", "[2001:db8::1]"]);
	t.false(says(rules, "https://a.example/"));
	t.false(says(rules, "https://a.example:8443/"));
	t.false(says(rules, "https://b.example:8443/"));
	t.true(says(rules, "https://b.example/"));
	t.false(says(rules, "https://[2001:db8::1]:1/"));
	t.true(says(rules, "https://not-a.example/"));
});

test("the deny list wins over the allow list", (t) => {
	t.false(says(createPeerRules(["a.example"], ["a.example"]), "https://a.example/"));
});

test("letter case, a final dot and Unicode spelling of a host name make no difference", (t) => {
	const rules = createPeerRules([], ["EVIL.example.", "bücher.example"]);
	t.false(says(rules, "https://evil.example/"));
	t.false(says(rules, "https://evil.example./"));
	t.false(says(rules, "https://xn--bcher-kva.example/"));
});
