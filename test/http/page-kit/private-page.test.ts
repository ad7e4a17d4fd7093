import test from "ava";
import type { Context } from "koa";
import { html } from "../../../src/http/page-kit/html.ts";
import { type Sent, sendPage } from "../../../src/http/page-kit/private-page.ts";
import { say } from "../../../src/http/page-kit/say.ts";

/** The policy that a page goes out with. */
function policyOf(sent: Sent): ReadonlyMap<string, string> {
	const headers = new Map<string, string>();
	const ctx = {
		set: (fields: Record<string, string>) =>
			Object.entries(fields).forEach(([name, value]) => headers.set(name, value)),
		remove() {},
	};
	sendPage(ctx as unknown as Context, html``, sent);
	const policy = headers.get("Content-Security-Policy") ?? "";
	return new Map(policy.split("; ").map((part) => [part.split(" ")[0] as string, part.slice(part.indexOf(" ") + 1)]));
}

test("a form may lead to the client that waits, however that is written, and nowhere else", (t) => {
	const cases: readonly (readonly [string, string])[] = [
		["https://app.example", "'self' https://app.example"],
		["https://app.example:8443", "'self' https://app.example:8443"],
		["http://127.0.0.1:4000", "'self' http://127.0.0.1:4000"],
		["com.example.app:", "'self' com.example.app:"],
		// Policies have no name for an address in brackets.
		["http://[::1]:4000", "'self' http:"],
		["https://app.example; script-src *", "'self'"],
		["https://app.example 'unsafe-inline'", "'self'"],
		["*", "'self'"],
		["https://*.example", "'self'"],
		["", "'self'"],
	];
	for (const [target, expected] of cases) t.is(policyOf({ leadsTo: [target] }).get("form-action"), expected, target);
	t.is(policyOf({}).get("form-action"), "'self'");
});

test("scripts run only on pages that have one", (t) => {
	t.is(policyOf({}).get("script-src"), undefined);
	t.is(policyOf({}).get("default-src"), "'none'");
	t.is(policyOf({ script: true }).get("script-src"), "'self'");
});

test("what is filled into a text is escaped, and what is missing leaves nothing", (t) => {
	t.is(say("{who} asks {whom}.", { who: "<b>", whom: html`<i>you</i>` }).text, "&lt;b&gt; asks <i>you</i>.");
	t.is(say("{nobody}!", {}).text, "!");
	t.is(say("{a}", { a: "{b}", b: "no" }).text, "{b}");
});
