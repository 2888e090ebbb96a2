"""WS-Management messages: SOAP requests in, SOAP responses and faults out.

Names and shapes follow MS-WSMV (Web Services Management Protocol Extensions for Windows Vista); fault codes are the
ones winerror.h and wsmerror.h list.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from xml.sax.saxutils import escape, quoteattr

from winlab.exceptions import WinlabError

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
WSMAN_MICROSOFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
WSMAN_FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
COMMAND_SHELL_URI = f"{SHELL}/cmd"
ANONYMOUS = f"{ADDRESSING}/role/anonymous"
FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"

NAMESPACES = {
    "s": SOAP,
    "a": ADDRESSING,
    "x": TRANSFER,
    "w": WSMAN,
    "p": WSMAN_MICROSOFT,
    "rsp": SHELL,
}

KNOWN_HEADERS = frozenset(
    [f"{{{ADDRESSING}}}{name}" for name in ("To", "ReplyTo", "FaultTo", "From", "MessageID", "Action")]
    + [
        f"{{{WSMAN}}}{name}"
        for name in ("MaxEnvelopeSize", "Locale", "OperationTimeout", "ResourceURI", "SelectorSet", "OptionSet")
    ]
    + [
        f"{{{WSMAN_MICROSOFT}}}{name}"
        for name in ("DataLocale", "SessionId", "OperationID", "SequenceId", "ActivityId", "CompressionType")
    ]
)
KNOWN_OPTIONS = frozenset(
    [
        "WINRS_NOPROFILE",
        "WINRS_CODEPAGE",
        "WINRS_CONSOLEMODE_STDIN",
        "WINRS_SKIP_CMD_SHELL",
        "WSMAN_CMDSHELL_OPTION_KEEPALIVE",
    ]
)

DEFAULT_OPERATION_TIMEOUT_SECONDS = 60.0
DEFAULT_ENVELOPE_BYTES = 150 * 1024


class FaultCode(IntEnum):
    """The codes a WSManFault carries (wsmerror.h; the small ones and FILE_NOT_FOUND are winerror.h's)."""

    INCORRECT_PARAMETER = 87
    BROKEN_PIPE = 109
    OPERATION_ABORTED = 995
    FILE_NOT_FOUND = 0x80070002
    INVALID_ACTION = 0x80338001
    OPERATION_TIMED_OUT = 0x80338029
    INVALID_OPTIONS = 0x80338039
    INVALID_PARAMETER = 0x8033803A
    INVALID_RESOURCE_URI = 0x8033803B
    SCHEMA_VALIDATION = 0x80338041
    UNEXPECTED_SELECTORS = 0x8033805B
    INVALID_HEADER = 0x8033811B
    TOO_MANY_SHELLS = 0x803381A5
    TOO_MANY_OPERATIONS = 0x803381A6
    IDLE_TIMEOUT_OUT_OF_BOUNDS = 0x803381F2


_SUBCODES: dict[FaultCode, tuple[str, str]] = {
    FaultCode.INCORRECT_PARAMETER: ("s:Sender", "w:InvalidParameter"),
    FaultCode.BROKEN_PIPE: ("s:Receiver", "w:InternalError"),
    FaultCode.OPERATION_ABORTED: ("s:Receiver", "w:InternalError"),
    FaultCode.FILE_NOT_FOUND: ("s:Receiver", "w:InternalError"),
    FaultCode.INVALID_ACTION: ("s:Sender", "a:ActionNotSupported"),
    FaultCode.OPERATION_TIMED_OUT: ("s:Receiver", "w:TimedOut"),
    FaultCode.INVALID_OPTIONS: ("s:Sender", "w:InvalidOptions"),
    FaultCode.INVALID_PARAMETER: ("s:Sender", "w:InvalidParameter"),
    FaultCode.INVALID_RESOURCE_URI: ("s:Sender", "a:DestinationUnreachable"),
    FaultCode.SCHEMA_VALIDATION: ("s:Sender", "w:SchemaValidationError"),
    FaultCode.UNEXPECTED_SELECTORS: ("s:Sender", "w:InvalidSelectors"),
    FaultCode.INVALID_HEADER: ("s:Sender", "a:MessageInformationHeaderRequired"),
    FaultCode.TOO_MANY_SHELLS: ("s:Receiver", "w:QuotaLimit"),
    FaultCode.TOO_MANY_OPERATIONS: ("s:Receiver", "w:QuotaLimit"),
    FaultCode.IDLE_TIMEOUT_OUT_OF_BOUNDS: ("s:Sender", "w:InvalidParameter"),
}


class Fault(WinlabError):  # noqa: N818 (SOAP's own word)
    """A request that is answered by a SOAP fault."""

    def __init__(self, code: FaultCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def operation_timed_out(what: str) -> Fault:
    """Return the fault of an operation whose OperationTimeout has passed.

    Args:
        what: what was waited for, added to Windows' own sentence.
    """
    text = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout."
    return Fault(FaultCode.OPERATION_TIMED_OUT, f"{text} ({what})")


@dataclass(frozen=True)
class Request:
    """What a request's header says, and its body.

    Attributes:
        action: the last word of the action URI: Create, Command, Send, Receive, Signal, Delete or another.
        action_uri: the whole action URI.
        message_id: what the response must relate to.
        resource_uri: the resource the request is for.
        selectors: selector values by name.
        options: option values by name, names in upper case.
        operation_timeout_seconds: how long the client lets the operation take.
        maximum_envelope_bytes: the largest response the client takes.
        body: the SOAP body.
    """

    action: str
    action_uri: str
    message_id: str
    resource_uri: str
    body: ET.Element
    selectors: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    operation_timeout_seconds: float = DEFAULT_OPERATION_TIMEOUT_SECONDS
    maximum_envelope_bytes: int = DEFAULT_ENVELOPE_BYTES

    def body_element(self, name: str) -> ET.Element:
        """Return the body's element of that name in the shell namespace.

        Raises:
            Fault: the body has no such element.
        """
        element = self.body.find(f"rsp:{name}", NAMESPACES)
        if element is None:
            raise Fault(
                FaultCode.SCHEMA_VALIDATION,
                f"The body of a {self.action} request must hold a {name} element; none found.",
            )
        return element


def parse_envelope(message: bytes) -> ET.Element:
    """Parse the XML of a SOAP envelope.

    Raises:
        Fault: it is not XML, brings a document type (SOAP forbids it), or is not a SOAP 1.2 envelope.
    """
    if b"<!DOCTYPE" in message.upper():
        raise Fault(FaultCode.SCHEMA_VALIDATION, "A SOAP message must not hold a document type declaration; one found.")
    try:
        root = ET.fromstring(message)  # noqa: S314 (document types were refused above, so no entities can expand)
    except ET.ParseError as error:
        raise Fault(FaultCode.SCHEMA_VALIDATION, f"The message is not well-formed XML: {error}.") from error
    if root.tag != f"{{{SOAP}}}Envelope":
        raise Fault(FaultCode.SCHEMA_VALIDATION, f"Expected a SOAP 1.2 Envelope, found {root.tag}.")
    return root


def parse_request(envelope: ET.Element) -> Request:
    """Read a request's header.

    Raises:
        Fault: a part is missing or has a form it may not have, or a header or option that must be understood is not.
    """
    header = _child(envelope, "Header")
    _refuse_unknown_headers(header)
    action_uri = _header_text(header, "a:Action")
    if not action_uri:
        raise Fault(FaultCode.INVALID_ACTION, "The request has no Action header; expected one.")
    return Request(
        action=action_uri.rsplit("/", 1)[-1],
        action_uri=action_uri,
        message_id=message_id(envelope),
        resource_uri=_header_text(header, "w:ResourceURI"),
        body=_child(envelope, "Body"),
        selectors=_named_values(header, "w:SelectorSet/w:Selector"),
        options=_options(header),
        operation_timeout_seconds=_operation_timeout(header),
        maximum_envelope_bytes=_maximum_envelope(header),
    )


def message_id(envelope: ET.Element) -> str:
    """Return the message's id, empty when it has none."""
    return (envelope.findtext("s:Header/a:MessageID", "", NAMESPACES)).strip()


def parse_duration(duration: str) -> float:
    """Return the seconds of an XML Schema duration such as PT20S (days to seconds only).

    Raises:
        Fault: it has another form.
    """
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", duration)
    if match is None or not any(match.groups()):
        raise Fault(FaultCode.INVALID_PARAMETER, f"Expected a duration such as PT20S, found {duration!r}.")
    days, hours, minutes, seconds = (float(group or 0) for group in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def decode_stream(text: str) -> bytes:
    """Decode the base64 text of a stream element.

    Raises:
        Fault: it is not base64.
    """
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Fault(FaultCode.SCHEMA_VALIDATION, f"A Stream element must hold base64: {error}.") from error


def render_response(relates_to: str, action: str, body: str) -> bytes:
    """Return the envelope of a response.

    Args:
        relates_to: the id of the request's message.
        action: the response's action URI.
        body: the XML inside the SOAP body.
    """
    declarations = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return (
        f'<s:Envelope xml:lang="en-US" {declarations}><s:Header><a:Action>{escape(action)}</a:Action>'
        f"<a:MessageID>uuid:{new_id()}</a:MessageID><a:To>{ANONYMOUS}</a:To>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def render_fault(relates_to: str, fault: Fault, machine: str) -> bytes:
    """Return the envelope of a fault.

    Args:
        relates_to: the id of the request's message, empty when unknown.
        fault: what went wrong.
        machine: the name of the host that answers.
    """
    code, subcode = _SUBCODES[fault.code]
    reason = escape(fault.reason)
    body = (
        f"<s:Fault><s:Code><s:Value>{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason>'
        f'<s:Detail><f:WSManFault xmlns:f="{WSMAN_FAULT}" Code="{int(fault.code)}" Machine={quoteattr(machine)}>'
        f"<f:Message>{reason}</f:Message></f:WSManFault></s:Detail></s:Fault>"
    )
    return render_response(relates_to, FAULT_ACTION, body)


def new_id() -> str:
    """Return a new identifier in the form Windows gives: a UUID in upper case."""
    return str(uuid.uuid4()).upper()


def _child(envelope: ET.Element, name: str) -> ET.Element:
    element = envelope.find(f"s:{name}", NAMESPACES)
    if element is None:
        raise Fault(FaultCode.SCHEMA_VALIDATION, f"The envelope has no {name}; expected one.")
    return element


def _header_text(header: ET.Element, path: str) -> str:
    return header.findtext(path, "", NAMESPACES).strip()


def _refuse_unknown_headers(header: ET.Element) -> None:
    for element in header:
        must = element.get(f"{{{SOAP}}}mustUnderstand", "false").lower() in ("true", "1")
        if must and element.tag not in KNOWN_HEADERS:
            raise Fault(
                FaultCode.INVALID_HEADER,
                f"The header {element.tag} must be understood, and this practice host does not know it.",
            )


def _named_values(header: ET.Element, path: str) -> dict[str, str]:
    return {element.get("Name", ""): element.text or "" for element in header.iterfind(path, NAMESPACES)}


def _options(header: ET.Element) -> dict[str, str]:
    options = {}
    for element in header.iterfind("w:OptionSet/w:Option", NAMESPACES):
        name = element.get("Name", "").upper()
        must_comply = element.get("MustComply", "false").lower() in ("true", "1")
        if must_comply and name not in KNOWN_OPTIONS:
            raise Fault(
                FaultCode.INVALID_OPTIONS,
                f"The option {name} must be complied with, and this practice host does not know it. "
                f"Known: {', '.join(sorted(KNOWN_OPTIONS))}.",
            )
        options[name] = element.text or ""
    return options


def _operation_timeout(header: ET.Element) -> float:
    text = _header_text(header, "w:OperationTimeout")
    return parse_duration(text) if text else DEFAULT_OPERATION_TIMEOUT_SECONDS


def _maximum_envelope(header: ET.Element) -> int:
    text = _header_text(header, "w:MaxEnvelopeSize")
    if not text:
        return DEFAULT_ENVELOPE_BYTES
    if not text.isdecimal():
        raise Fault(FaultCode.INVALID_PARAMETER, f"MaxEnvelopeSize must be a number of bytes, found {text!r}.")
    return int(text)
