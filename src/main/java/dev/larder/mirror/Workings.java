package dev.larder.mirror;

import dev.larder.cache.Share;
import dev.larder.events.EventLog;
import dev.larder.format.Format;
import dev.larder.limits.FillTurns;
import java.time.InstantSource;

/// The parts of a mirror that its classes share, made once in [Mirror#open].
///
/// @param settings of the mirror
/// @param format of its files
/// @param upstreams where they come from
/// @param held which of them we have
/// @param share what they may take of the disk
/// @param kept which of them nothing removes
/// @param uses what clients asked for
/// @param traffic counters
/// @param turns whose turn it is to make us ask an upstream
/// @param events takes what happens
/// @param clock the time
record Workings(
    MirrorSettings settings,
    Format format,
    Upstreams upstreams,
    HeldFiles held,
    Share share,
    Kept kept,
    LastUse uses,
    Traffic traffic,
    FillTurns turns,
    EventLog events,
    InstantSource clock) {}
