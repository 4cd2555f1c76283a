"""For each channel whether it is open: looked up for each frame, so made anew only when something changes."""

from remote_bridge.protocol.errors import Misplaced
from remote_bridge.protocol.frames import Channel
from remote_bridge.protocol.state import Side, Standing, Verdict, judge


class Gates:
    """Open, shut, or None where the channel is not this side's at all; the index is the channel."""

    __slots__ = ("host", "other", "steering")

    def __init__(self, standing: Standing) -> None:
        self.host = [_is_open(channel, Side.HOST, standing) for channel in Channel]
        self.steering = [_is_open(channel, Side.VIEWER, standing) for channel in Channel]
        """Of the viewer who has the control."""
        self.other = [_is_open(channel, Side.VIEWER, standing, controls=False) for channel in Channel]


def _is_open(channel: Channel, side: Side, standing: Standing, *, controls: bool = True) -> bool | None:
    try:
        return judge(channel, side, standing, controls=controls) is Verdict.PASS
    except Misplaced:
        return None
