from remote_bridge.relay.tally import Present, Tally, as_text

PRESENT = Present(connections=5, sessions=2, hosts=2, viewers=3, systems=4, locked_sources=1, notes_waiting=8)


def test_numbers_are_told_as_prometheus_reads_them() -> None:
    tally = Tally(turned_away=4, dropped=7, outrun=6, frames_to_viewers=9, bytes_to_viewers=900)
    tally.joined["host"] += 2
    tally.closed[4401] += 3
    tally.ended["refused"] += 1
    lines = as_text(tally, PRESENT).decode().splitlines()
    for line in (
        "manage4all_relay_connections 5.0",
        "manage4all_relay_sessions 2.0",
        "manage4all_relay_hosts 2.0",
        "manage4all_relay_viewers 3.0",
        "manage4all_relay_systems 4.0",
        "manage4all_relay_locked_sources 1.0",
        "manage4all_relay_notes_waiting 8.0",
        'manage4all_relay_joined_total{role="host"} 2.0',
        'manage4all_relay_closed_total{code="4401"} 3.0',
        'manage4all_relay_ended_total{why="refused"} 1.0',
        "manage4all_relay_turned_away_total 4.0",
        "manage4all_relay_dropped_frames_total 7.0",
        "manage4all_relay_outrun_viewers_total 6.0",
        'manage4all_relay_frames_total{to="viewer"} 9.0',
        'manage4all_relay_bytes_total{to="viewer"} 900.0',
        'manage4all_relay_bytes_total{to="host"} 0.0',
    ):
        assert line in lines


def test_nothing_has_happened_yet() -> None:
    text = as_text(Tally(), PRESENT).decode()
    assert "joined_total{" not in text
    assert "manage4all_relay_turned_away_total 0.0" in text
