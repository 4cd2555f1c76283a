"""What the scripts of a remote session say, in the reader's language: they have no catalogue of their own."""

from collections.abc import Mapping, Sequence

from gateway.i18n import _
from gateway.store.queries.remote import RemoteView
from webui import remotewords


def of_host() -> Mapping[str, str]:
    """For the customer's side in the browser; `{…}` is filled in by the script."""
    scopes = {f"scope.{scope.value}": name for scope, name in remotewords.scope_names().items()}
    return scopes | {
        "sees": _("{names} can see your screen"),
        "nobody": _("Nobody can see your screen yet"),
        "paused": _("Paused: nobody can see your screen"),
        "waiting": _("Connecting …"),
        "lost": _("The connection was lost. Trying again …"),
        "ended": _("The session has ended. Nothing of it is kept."),
        "used": _("This link was used already. Please ask for a new one."),
        "refused": _("The screen was not shared. You can try again."),
        "cannot": _("This browser cannot share a screen. Please use a computer, or the program."),
        "you": _("You"),
        "somebody": _("Somebody"),
        "pause": _("Pause"),
        "resume": _("Go on"),
        "many": _(
            "Many have joined, or come again and again. Please compare the safety number before you go on."
        ),
        "asks": _("{name} asks to do more: {scopes}. In the browser that is not possible."),
    }


def special_keys() -> Sequence[tuple[str, str]]:
    """Keys that a browser or its system keeps for itself, as keys.js knows them, and what they are called."""
    together = (
        ("ctrl-alt-delete", _("Ctrl+Alt+Del")),
        ("super", _("Windows key")),
        ("alt-tab", "Alt+Tab"),
        ("alt-f4", "Alt+F4"),
        ("escape", "Esc"),
        ("print", _("Print screen")),
    )
    return together + tuple((f"f{number}", f"F{number}") for number in range(1, 13))


def of_viewer(seen: RemoteView) -> Mapping[str, str]:
    """For the side that looks at this session; the states and scopes by the words of the protocol."""
    states = {f"state.{state.value}": name for state, name in remotewords.states_of(seen).items()}
    whys = {f"why.{why.value}": name for why, name in remotewords.why_names().items()}
    scopes = {f"scope.{scope.value}": name for scope, name in remotewords.scope_names().items()}
    said = {
        "connecting": _("Connecting …"),
        "lost": _("The connection was lost. Trying again in {seconds} s …"),
        "no_host": _("The customer’s side is not there at the moment."),
        "view_only": _("View only"),
        "controls": _("You have mouse and keyboard"),
        "controls_short": _("has mouse and keyboard"),
        "hand_over": _("Hand over to {name}"),
        "all_monitors": _("All monitors"),
        "monitor": _("Monitor {number}"),
        "clip_to": _("The customer has your clipboard now."),
        "clip_from": _("Their clipboard is yours now."),
        "clip_empty": _("Their clipboard has no text."),
        "clip_too_large": _("Your clipboard is too large: at most 256 KB can be given."),
        "clip_denied": _("The browser did not let us read your clipboard."),
        "end_sure": _("End the session for everybody? The link cannot be used again."),
        "other_controls": _("{name} has mouse and keyboard"),
        "ask": _("Ask for: {scopes}"),
        "asked": _("Asked for: {scopes}"),
        "declined": _("The customer said no."),
        "granted": _("The customer has agreed: {scopes}"),
        "joined": _("{name} is here"),
        "left": _("{name} has left"),
        "customer": _("Customer"),
        "you": _("You"),
        "code": _("Safety number {code}: both sides see the same."),
        "file_offered": _("{name} ({size}) is offered"),
        "file_waits": _("{name} ({size}) waits for the customer"),
        "file_moving": _("{name} ({size}) is on its way"),
        "file_broken": _("{name} did not arrive"),
        "file_too_large": _("{name} ({size}) is too large for this browser; Chrome and Edge can take it"),
        "file_too_many": _("{name} was not offered: at most 8 files at once, of 4 GB each"),
        "file_take": _("Save"),
        "file_refuse": _("Do not take it"),
        "file_stop": _("Stop"),
        "file_refused": _("{name} was refused"),
        "file_done": _("{name} has arrived"),
        "keys_free": _("The keys are yours again. Click into the picture to send them there."),
        "rate": _("{ms} ms · {rate}"),
        "refused": _("You may not join this session any more."),
        "ended": _("Ended after {duration}: {why}"),
    }
    return states | whys | scopes | said
