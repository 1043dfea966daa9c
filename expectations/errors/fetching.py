"""Coded errors. Asking publishers."""

from __future__ import annotations

from expectations.errors.kind import ErrorKind

CODES: dict[str, ErrorKind] = {
    # -- fetch -------------------------------------------------------------------------------------------------------------
    "fetch.unreachable": ErrorKind(
        "The service cannot be reached",
        "The host name does not resolve, the connection is refused or closed before an answer, or the proxy does not connect.",
        "Look whether the service is up and whether this machine needs a proxy (HTTPS_PROXY); the last good table stays; the next run asks again.",
    ),
    "fetch.untrusted": ErrorKind(
        "The service's certificate is not trusted",
        "The certificate has expired, names another host, or is signed by an authority that this machine does not know.",
        "Look at the address in a browser; behind an inspecting proxy, add its certificate to the system's store.",
    ),
    "fetch.timeout": ErrorKind(
        "The service did not answer in time",
        "No connection, no answer or no further bytes came within the time-outs, after all attempts.",
        "Nothing, if it is rare: the next run asks again. Otherwise ask for less at once, or raise the time-out of the source.",
    ),
    "fetch.truncated": ErrorKind(
        "The file ended before it was whole",
        "Fewer bytes or rows arrived than the service announced, or a compressed body has no end, after all attempts.",
        "Run again later; if it stays so, tell the publisher.",
    ),
    "fetch.refused": ErrorKind(
        "The service refuses access",
        "The service answered 401, 403 or 451: the data is not public, was withdrawn, or the service blocks scripts.",
        "Open the address in a browser; if it opens there, ask the publisher to let the User-Agent pass (EVIDENCE_CONTACT makes it known).",
    ),
    "fetch.gone": ErrorKind(
        "There is nothing at this address",
        "The service answered 404 or 410: the file or dataset was moved, renamed or removed.",
        "Find the new address on the publisher's page and correct `source` in the declaration.",
    ),
    "fetch.rejected": ErrorKind(
        "The service rejects the request",
        "The service answered 400 or another status that says the request itself is wrong.",
        "Compare the arguments of `source` with what the service says; it may have changed its interface.",
    ),
    "fetch.rate_limited": ErrorKind(
        "The service asks for fewer requests",
        "The service answered 429 to every attempt, or asks to wait longer than a run may.",
        "Wait until the limit resets; then raise the interval for this host or spread the schedules.",
    ),
    "fetch.server_error": ErrorKind(
        "The service failed",
        "The service answered 500 or more to every attempt.",
        "Nothing, if it is rare: the next run asks again. If it stays so, tell the publisher.",
    ),
    "fetch.not_data": ErrorKind(
        "Something else came instead of data",
        "A web page, a login or an error text arrived, with a status that says all is well.",
        "Open the address in a browser: the file has moved, the service is under maintenance, or it needs an account.",
    ),
    "fetch.empty": ErrorKind(
        "An empty body came",
        "The service answered that all is well and sent no bytes.",
        "Run again later; if it stays so, look at the publisher's page.",
    ),
    "fetch.too_large": ErrorKind(
        "The body is larger than the cap",
        "More bytes came, or were announced, than the source may bring.",
        "If the dataset has rightly grown, raise `max_bytes` of the source; if not, look at what is served.",
    ),
    "fetch.redirected": ErrorKind(
        "The address leads to another host",
        "A redirect or a link leads to a host that the declaration does not name, or redirects do not end.",
        "If the new host is the publisher's, add it to the hosts of the source.",
    ),
    "fetch.protocol": ErrorKind(
        "The answer breaks the service's own contract",
        "The service reports an error inside a good answer, or the answer is not of the form that the service documents.",
        "Read what was found; if the service has changed its interface, its module under tasks/fetch needs the change.",
    ),
    "fetch.clear_text": ErrorKind(
        "The address is not encrypted",
        "An address or a redirect begins with http://, where anyone on the way could change the figures.",
        "Write https://; nearly every publisher answers there.",
    ),
    "fetch.private_address": ErrorKind(
        "The address is a private one",
        "A URL, a redirect or a name leads to this machine or a private network.",
        "Correct the address. For the sample and tests, EVIDENCE_ALLOW_LOOPBACK=1 allows this machine's own servers.",
    ),
    "fetch.bad_address": ErrorKind(
        "This is not an address",
        "A URL has no host, another scheme than https, or cannot be read.",
        "Correct the URL in `source` of the declaration.",
    ),
    "fetch.unknown_service": ErrorKind(
        "There is no such kind of source or service",
        "A source kind has no module, or a service has no base address.",
        "Use one of the kinds that the message names.",
    ),
    "fetch.no_match": ErrorKind(
        "Nothing at the publisher fits the declaration",
        "No publication, data set, version, file or link has the title or pattern that the declaration gives.",
        "Choose the right one of the nearest that the message lists, and correct `source` in the declaration.",
    ),
    "fetch.ambiguous": ErrorKind(
        "Several things at the publisher fit the declaration",
        "More than one data set, file or link has the title or pattern that the declaration gives.",
        "Make the pattern in `source` stricter, so that it fits exactly one of those that the message lists.",
    ),
    "fetch.withdrawn": ErrorKind(
        "The publisher has withdrawn the data",
        "The service says that the data set or the version is withdrawn.",
        "Read the publisher's notice; name the data set that replaces it in `source`, or retire the dataset.",
    ),
    "accept.unknown_change": ErrorKind(
        "No change of this id waits for a decision",
        "`evidence accept` was given the id of a change that neither holds a snapshot nor has landed without being accepted.",
        "See `evidence changes` for the ids of what waits.",
    ),
    "accept.nothing_held": ErrorKind(
        "Nothing of this dataset waits to be accepted",
        "`evidence accept` accepts the snapshot that is held, or what has landed and the contract does not say yet; there is neither.",
        "See `evidence status`; run `evidence run DATASET` to fetch what the publisher has now.",
    ),
    "accept.not_landed": ErrorKind(
        "Nothing was accepted: the snapshot does not land",
        "Under the contract that would be accepted a rule fails, or the snapshot is held still. Contract and hold are as they were.",
        "Correct the rule, the tidy SQL or the declaration (`evidence check DATASET`), or wait for the publisher; then accept again.",
    ),
    "accept.no_reason": ErrorKind(
        "Accepting needs a reason and a person",
        "A contract without a reason cannot be reviewed.",
        'Give `--reason "why this is right"`, and `--as NAME` where you are not logged in by your own name.',
    ),
}
