package dev.larder.mirror;

import dev.larder.cache.Share;
import dev.larder.events.EventLog;
import dev.larder.format.Format;
import java.time.InstantSource;
import java.util.function.Supplier;

/// The parts of a mirror that its classes share, made once in [Mirror#open].
///
/// @param current gives the settings of the mirror, which can be exchanged
/// @param format of its files
/// @param upstreams where they come from
/// @param held which of them we have
/// @param share what they may take of the disk
/// @param kept which of them nothing removes
/// @param uses what clients asked for
/// @param ahead what is brought before a switch
/// @param traffic counters
/// @param events takes what happens
/// @param clock the time
record Workings(
    Supplier<MirrorSettings> current,
    Format format,
    Upstreams upstreams,
    HeldFiles held,
    Share share,
    Kept kept,
    LastUse uses,
    Ahead ahead,
    Traffic traffic,
    EventLog events,
    InstantSource clock) {
  /// The settings as they are now.
  MirrorSettings settings() {
    return current.get();
  }
}
